-- Times are milliseconds since 1970, UTC. Ids of 16 bytes are UUIDv7. `sealed` columns hold AEAD
-- output only (see secrets/seal.rs); their key is not in this database.

CREATE TABLE projects (
    id              BIGINT PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    organization_id BIGINT NOT NULL CHECK (organization_id BETWEEN 1 AND 2147483647),
    created_at      BIGINT NOT NULL
);

CREATE TABLE extensions (
    number       INTEGER PRIMARY KEY,
    extension_id TEXT NOT NULL UNIQUE
);

CREATE TABLE installations (
    id                     INTEGER PRIMARY KEY,
    extension_number       BIGINT NOT NULL REFERENCES extensions (number),
    extension_version      TEXT,
    project_id             BIGINT NOT NULL REFERENCES projects (id),
    manifest               TEXT   NOT NULL,
    callback_url           TEXT   NOT NULL,
    signing                TEXT   NOT NULL CHECK (signing IN ('timestamped', 'body')),
    requested_secrets      TEXT   NOT NULL,
    scopes                 TEXT   NOT NULL,
    sealed_delivery_secret BLOB,
    generation             BIGINT NOT NULL,
    created_at             BIGINT NOT NULL,
    updated_at             BIGINT NOT NULL,
    UNIQUE (extension_number, project_id)
);

CREATE TABLE hooks (
    installation_id BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    event           TEXT   NOT NULL,
    version         TEXT,
    endpoint        TEXT,
    timeout_ms      BIGINT NOT NULL CHECK (timeout_ms BETWEEN 100 AND 60000),
    retries         BIGINT NOT NULL CHECK (retries BETWEEN 0 AND 10)
);
CREATE INDEX hooks_by_event ON hooks (event, installation_id);

CREATE TABLE secrets (
    installation_id BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    key             TEXT   NOT NULL,
    sealed_value    BLOB   NOT NULL,
    size            BIGINT NOT NULL, -- bytes of key and value in a delivery
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (installation_id, key)
);

CREATE TABLE signing_keys (
    kid                TEXT   PRIMARY KEY,
    sealed_private_key BLOB   NOT NULL,
    created_at         BIGINT NOT NULL
);

CREATE TABLE events (
    id         BLOB   PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    name       TEXT   NOT NULL,
    payload    TEXT   NOT NULL,
    context    TEXT,
    created_at BIGINT NOT NULL
);

-- While a delivery is leased its due time is the lease's end, so that one claim picks up due and
-- abandoned work alike. `claims` numbers the attempts.
CREATE TABLE deliveries (
    id              BLOB   PRIMARY KEY,
    event_id        BLOB   NOT NULL REFERENCES events (id),
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    event_version   TEXT   NOT NULL,
    endpoint        TEXT,
    timeout_ms      BIGINT NOT NULL,
    retries         BIGINT NOT NULL,
    state           TEXT   NOT NULL CHECK (state IN ('queued', 'delivered', 'failed', 'cancelled')),
    due_at          BIGINT,
    lease           BLOB,
    claims          BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    CHECK ((state = 'queued') = (due_at IS NOT NULL)),
    CHECK (lease IS NULL OR state = 'queued')
);
CREATE INDEX deliveries_due ON deliveries (state, due_at);
CREATE INDEX deliveries_by_event ON deliveries (event_id);

CREATE TABLE attempts (
    delivery_id BLOB   NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL CHECK (number >= 1),
    started_at  BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status_code BIGINT,
    error       TEXT,
    response    TEXT,
    PRIMARY KEY (delivery_id, number)
);

CREATE TABLE callbacks (
    id          INTEGER PRIMARY KEY,
    delivery_id BLOB   NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    method      TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    status_code BIGINT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX callbacks_by_delivery ON callbacks (delivery_id);

-- What extensions log about themselves.
CREATE TABLE extension_events (
    id              INTEGER PRIMARY KEY,
    installation_id BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    delivery_id     BLOB   NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    event           TEXT   NOT NULL,
    version         TEXT,
    data            TEXT   NOT NULL,
    happened_at     BIGINT,
    created_at      BIGINT NOT NULL
);
CREATE INDEX extension_events_by_installation ON extension_events (installation_id, id);
