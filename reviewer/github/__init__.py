"""Pull requests: proposals reviewed where they are proposed."""
