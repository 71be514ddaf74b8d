"""Two reviews of a proposal side by side: what each finding became, and what moved."""
