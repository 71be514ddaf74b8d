BEGIN TRANSACTION;
CREATE TABLE documents (
        id TEXT PRIMARY KEY, position INTEGER NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL,
        content TEXT, state TEXT, reason TEXT NOT NULL DEFAULT '', present INTEGER NOT NULL DEFAULT 1
    ) WITHOUT ROWID;
INSERT INTO "documents" VALUES('11dd481a3da4aeae8856',1,'b.md','','y',NULL,'',1);
INSERT INTO "documents" VALUES('fecccc97532467adbf93',0,'a.md','1','x',NULL,'',1);
CREATE TABLE records (
        content TEXT NOT NULL, settings TEXT NOT NULL, record BLOB NOT NULL, PRIMARY KEY (settings, content)
    );
INSERT INTO "records" VALUES('x','eb88c6defa4332fc085a',X'789CAB564AC94F2ECD4DCD2B51B2AA56CA4BCC4D55B2524AD4CB4D51AAAD05008ED20991');
CREATE TABLE results (
        content TEXT NOT NULL, settings TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
        name TEXT NOT NULL, cost REAL, calls INTEGER NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (settings, content)
    ) WITHOUT ROWID;
INSERT INTO "results" VALUES('x','eb88c6defa4332fc085a','reviewed','','a.md',0.5,2,10);
INSERT INTO "results" VALUES('y','eb88c6defa4332fc085a','failed','b.md: is empty','b.md',0.0,0,0);
CREATE TABLE run (id INTEGER PRIMARY KEY CHECK (id = 1), tool TEXT NOT NULL, settings TEXT NOT NULL);
INSERT INTO "run" VALUES(1,'0.1.0','{"identity": {"model": "a"}, "rubric": {}, "language": null, "no_text": false}');
CREATE INDEX documents_position ON documents (position);
COMMIT;
PRAGMA user_version=1;
PRAGMA application_id=1920358258;
