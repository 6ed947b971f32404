-- The ledger's tables, version 2. Times are milliseconds since 1970; `sum` columns are checksums of the row they stand in.

CREATE TABLE ledger (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    changes  INTEGER NOT NULL,            -- how many changes were made to the ledger
    last_id  INTEGER NOT NULL,            -- the number of the latest row
    total    INTEGER NOT NULL,            -- how many rows there are
    opened   INTEGER NOT NULL,            -- how many of them are open
    sum      INTEGER NOT NULL
) STRICT;
INSERT INTO ledger VALUES (1, 0, 0, 0, 0, 0);

CREATE TABLE requests (
    id               INTEGER PRIMARY KEY,
    change           INTEGER NOT NULL,    -- the change that wrote it last
    state            TEXT    NOT NULL,
    claim            TEXT,                -- the process that works on it
    created_ms       INTEGER NOT NULL,
    updated_ms       INTEGER NOT NULL,
    sent_ms          INTEGER,
    started_ms       INTEGER,
    ended_ms         INTEGER,
    clock_offset_ms  INTEGER,             -- how far the service's clock was ahead of ours
    base             TEXT    NOT NULL,
    account          TEXT,
    caller           TEXT    NOT NULL,    -- whose call it was
    delivered        INTEGER NOT NULL,    -- whether its result was handed over
    batch            TEXT,
    batch_key        TEXT,
    queued           INTEGER NOT NULL,
    endpoint         TEXT    NOT NULL,
    input            TEXT    NOT NULL,
    input_sum        INTEGER NOT NULL,
    input_sha256     BLOB    NOT NULL,    -- of endpoint and input as they were sent
    seed             INTEGER,
    cost_micros      INTEGER,             -- millionths of a US dollar
    request_id       TEXT,
    answer           TEXT,
    answer_sum       INTEGER,
    destination      BLOB,
    overwrite        INTEGER NOT NULL,
    taking           BLOB,                -- the paths that are about to be taken, a JSON list
    files            TEXT    NOT NULL,
    note             TEXT,
    sum              INTEGER NOT NULL     -- of every other column, input and answer by their own sums
) STRICT;
CREATE INDEX open_requests ON requests (id) WHERE state IN ('sending', 'accepted', 'lost', 'answered');
CREATE INDEX sent_before ON requests (input_sha256);
CREATE INDEX by_request_id ON requests (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX by_batch ON requests (batch, batch_key) WHERE batch IS NOT NULL;
CREATE INDEX by_call ON requests (caller) WHERE substr(caller, 1, 4) = 'mcp:';

CREATE TABLE uploads (
    content_sha256  BLOB    NOT NULL,
    base            TEXT    NOT NULL,
    account         TEXT    NOT NULL,
    url             TEXT    NOT NULL,
    expires_ms      INTEGER,
    sum             INTEGER NOT NULL,
    PRIMARY KEY (content_sha256, base, account)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;
