-- Times are milliseconds since 1970, UTC. Ids of 16 bytes are UUIDv7. `sealed` columns hold AEAD
-- output only (see secrets/seal.rs); their key is not in this database.

CREATE TABLE projects (
    id              BIGINT PRIMARY KEY CHECK (id BETWEEN 1 AND 2147483647),
    organization_id BIGINT NOT NULL CHECK (organization_id BETWEEN 1 AND 2147483647),
    created_at      BIGINT NOT NULL,
    -- What people call it by, once an operator has given it one.
    key             TEXT UNIQUE
);

CREATE TABLE extensions (
    number       INTEGER PRIMARY KEY,
    extension_id TEXT NOT NULL UNIQUE
);

-- A removed installation stays as a row without secrets, for the deliveries that name it.
CREATE TABLE installations (
    id                          INTEGER PRIMARY KEY,
    extension_number            BIGINT NOT NULL REFERENCES extensions (number),
    extension_version           TEXT,
    project_id                  BIGINT NOT NULL REFERENCES projects (id),
    state                       TEXT   NOT NULL
        CHECK (state IN ('active', 'paused', 'disabled', 'removed')),
    manifest                    TEXT   NOT NULL,
    configuration               TEXT   NOT NULL,
    callback_url                TEXT   NOT NULL,
    signing                     TEXT   NOT NULL CHECK (signing IN ('timestamped', 'body')),
    requested_secrets           TEXT   NOT NULL,
    scopes                      TEXT   NOT NULL,
    -- What it may do with modules of custom data, by module, as JSON.
    operations                  TEXT   NOT NULL DEFAULT '{}',
    sealed_headers              BLOB,
    sealed_delivery_secret      BLOB,
    -- Waits for its turn: signs from `next_secret_at` on, or once it is committed.
    sealed_next_delivery_secret BLOB,
    next_secret_at              BIGINT,
    -- The event that tells the installation of its own end. It is delivered whatever the state is;
    -- a removed installation keeps its delivery secret and headers until then.
    farewell                    BLOB,
    token_minutes               BIGINT CHECK (token_minutes BETWEEN 1 AND 60),
    -- Calls of one window, where the manifest wants fewer than are usual.
    rate_limit                  BIGINT CHECK (rate_limit >= 1),
    revision                    BIGINT NOT NULL,
    generation                  BIGINT NOT NULL,
    -- Counts the writes of this row, so that a change that was made from what stood here before
    -- another one is refused.
    changes                     BIGINT NOT NULL,
    created_at                  BIGINT NOT NULL,
    updated_at                  BIGINT NOT NULL,
    CHECK ((sealed_next_delivery_secret IS NULL) = (next_secret_at IS NULL)),
    CHECK (state <> 'removed' OR farewell IS NOT NULL OR (sealed_delivery_secret IS NULL
        AND sealed_next_delivery_secret IS NULL AND sealed_headers IS NULL))
);
CREATE UNIQUE INDEX installations_installed ON installations (extension_number, project_id)
    WHERE state <> 'removed';
CREATE INDEX installations_by_project ON installations (project_id);

-- The newest key of an installation has no end; those before it have one.
CREATE TABLE api_keys (
    hash            BLOB   PRIMARY KEY,
    installation_id BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    ends_at         BIGINT
) WITHOUT ROWID;
CREATE INDEX api_keys_by_installation ON api_keys (installation_id);

-- An id is never used again: whoever deletes a token means that one.
CREATE TABLE workspace_tokens (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT  NOT NULL CHECK (organization_id BETWEEN 1 AND 2147483647),
    name            TEXT    NOT NULL,
    prefix          TEXT    NOT NULL,
    hash            BLOB    NOT NULL UNIQUE,
    scopes          TEXT    NOT NULL,
    expires_at      BIGINT,
    created_at      BIGINT  NOT NULL
);

-- Each manifest that an installation has had, without its secrets. `previous` is the one that a
-- rollback goes back to.
CREATE TABLE revisions (
    installation_id   BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    number            BIGINT NOT NULL CHECK (number >= 1),
    previous          BIGINT,
    extension_version TEXT,
    manifest          TEXT   NOT NULL,
    sealed_headers    BLOB,
    created_at        BIGINT NOT NULL,
    PRIMARY KEY (installation_id, number)
) WITHOUT ROWID;

-- An id is never used again: a delivery that waits names the hook that it was planned for.
CREATE TABLE hooks (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    installation_id BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    event           TEXT   NOT NULL,
    version         TEXT,
    endpoint        TEXT,
    timeout_ms      BIGINT NOT NULL CHECK (timeout_ms BETWEEN 100 AND 60000),
    retries         BIGINT NOT NULL CHECK (retries BETWEEN 0 AND 10),
    required        BIGINT NOT NULL CHECK (required IN (0, 1)),
    token_minutes   BIGINT CHECK (token_minutes BETWEEN 1 AND 60),
    disabled_reason TEXT
);
CREATE INDEX hooks_by_event ON hooks (event, installation_id);
CREATE INDEX hooks_by_installation ON hooks (installation_id);

-- The schemas of an extension's modules of custom data, as text.
CREATE TABLE modules (
    installation_id BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    name            TEXT   NOT NULL,
    schema          TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    PRIMARY KEY (installation_id, name)
) WITHOUT ROWID;

-- Their tables. `definition` is what a schema says of one, as JSON (see custom_data/table.rs).
CREATE TABLE data_tables (
    -- Never used again, so that no call that has looked it up meets another table.
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    installation_id BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    module          TEXT   NOT NULL,
    name            TEXT   NOT NULL,
    definition      TEXT   NOT NULL,
    -- The number that its newest record got.
    last_record     BIGINT NOT NULL,
    -- How many records it has, and the bytes of their columns; triggers count.
    records         BIGINT NOT NULL DEFAULT 0,
    bytes           BIGINT NOT NULL DEFAULT 0,
    UNIQUE (installation_id, module, name)
);

-- Records of all tables, their columns as JSON. One that was removed may stay for its owner's sake.
CREATE TABLE records (
    table_id   BIGINT NOT NULL REFERENCES data_tables (id) ON DELETE CASCADE,
    id         BIGINT NOT NULL CHECK (id >= 1),
    data       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    PRIMARY KEY (table_id, id)
);

CREATE INDEX records_by_removal ON records (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE TRIGGER record_added AFTER INSERT ON records BEGIN
    UPDATE data_tables SET records = records + 1, bytes = bytes + LENGTH(CAST(NEW.data AS BLOB))
        WHERE id = NEW.table_id;
END;
CREATE TRIGGER record_changed AFTER UPDATE OF data ON records BEGIN
    UPDATE data_tables SET bytes = bytes + LENGTH(CAST(NEW.data AS BLOB))
        - LENGTH(CAST(OLD.data AS BLOB)) WHERE id = NEW.table_id;
END;
CREATE TRIGGER record_removed AFTER DELETE ON records BEGIN
    UPDATE data_tables SET records = records - 1, bytes = bytes - LENGTH(CAST(OLD.data AS BLOB))
        WHERE id = OLD.table_id;
END;

-- What indexes hold of the records that are there: keys whose bytes stand in the order of the values
-- (see custom_data/key.rs).
CREATE TABLE record_keys (
    table_id  BIGINT NOT NULL,
    index_no  BIGINT NOT NULL,
    key       BLOB   NOT NULL,
    record_id BIGINT NOT NULL,
    is_unique BIGINT NOT NULL CHECK (is_unique IN (0, 1)),
    PRIMARY KEY (table_id, index_no, key, record_id),
    FOREIGN KEY (table_id, record_id) REFERENCES records (table_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE UNIQUE INDEX record_keys_unique ON record_keys (table_id, index_no, key)
    WHERE is_unique = 1;
CREATE INDEX record_keys_by_record ON record_keys (table_id, record_id);

-- A secret is an installation's, an organisation's or an extension's. What is sealed is the value
-- itself, or for another back end the name that the value has there.
CREATE TABLE secrets (
    id               INTEGER PRIMARY KEY,
    installation_id  BIGINT REFERENCES installations (id) ON DELETE CASCADE,
    organization_id  BIGINT CHECK (organization_id BETWEEN 1 AND 2147483647),
    extension_number BIGINT REFERENCES extensions (number),
    key              TEXT   NOT NULL,
    backend          TEXT   NOT NULL
        CHECK (backend IN ('database', 'vault', 'google_secret_manager')),
    sealed_value     BLOB   NOT NULL,
    size             BIGINT NOT NULL, -- bytes of key and value in a delivery
    rotation_count   BIGINT NOT NULL CHECK (rotation_count >= 0),
    rotated_at       BIGINT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    -- A removed value is kept for a while: it can be brought back, and a write that follows is a
    -- rotation.
    removed_at       BIGINT,
    CHECK ((installation_id IS NOT NULL) + (organization_id IS NOT NULL)
        + (extension_number IS NOT NULL) = 1),
    CHECK ((rotation_count = 0) = (rotated_at IS NULL))
);
CREATE UNIQUE INDEX secrets_of_installation ON secrets (installation_id, key)
    WHERE installation_id IS NOT NULL;
CREATE UNIQUE INDEX secrets_of_organization ON secrets (organization_id, key)
    WHERE organization_id IS NOT NULL;
CREATE UNIQUE INDEX secrets_of_extension ON secrets (extension_number, key)
    WHERE extension_number IS NOT NULL;
CREATE INDEX secrets_removed ON secrets (removed_at) WHERE removed_at IS NOT NULL;

-- Values of other back ends that no secret refers to any more, to be deleted there. `place` is what
-- the sealed name is bound to.
CREATE TABLE secret_remains (
    id           INTEGER PRIMARY KEY,
    backend      TEXT NOT NULL,
    place        TEXT NOT NULL,
    sealed_value BLOB NOT NULL
);

-- Each value that was given to an extension, written before it is given.
CREATE TABLE secret_reads (
    id                 INTEGER PRIMARY KEY,
    installation_id    BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    key                TEXT   NOT NULL,
    scope              TEXT   NOT NULL
        CHECK (scope IN ('installation', 'organization', 'extension')),
    read_by            TEXT   NOT NULL
        CHECK (read_by IN ('delivery', 'runtime_token', 'api_key', 'workspace_token')),
    -- It stays when the delivery or the token is gone.
    delivery_id        BLOB,
    attempt            BIGINT,
    workspace_token_id BIGINT,
    read_at            BIGINT NOT NULL,
    CHECK ((read_by IN ('delivery', 'runtime_token')) = (delivery_id IS NOT NULL)),
    CHECK ((read_by = 'delivery') = (attempt IS NOT NULL)),
    CHECK ((read_by = 'workspace_token') = (workspace_token_id IS NOT NULL))
);
CREATE INDEX secret_reads_by_installation ON secret_reads (installation_id, id);
CREATE INDEX secret_reads_by_delivery ON secret_reads (delivery_id, id);
CREATE INDEX secret_reads_by_time ON secret_reads (read_at);

CREATE TABLE signing_keys (
    kid                TEXT   PRIMARY KEY,
    sealed_private_key BLOB   NOT NULL,
    created_at         BIGINT NOT NULL,
    -- Published from its making on, signs from here on.
    signs_at           BIGINT NOT NULL
);

CREATE TABLE events (
    id         BLOB   PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES projects (id),
    name       TEXT   NOT NULL,
    version    TEXT,
    payload    TEXT   NOT NULL,
    context    TEXT,
    halted     BIGINT NOT NULL CHECK (halted IN (0, 1)),
    created_at BIGINT NOT NULL
);
CREATE INDEX events_by_time ON events (created_at);

-- The same key from the same credential is the same event, while the key lives.
CREATE TABLE idempotency_keys (
    scope        TEXT   NOT NULL,
    key          TEXT   NOT NULL,
    event_id     BLOB   NOT NULL,
    request_hash BLOB   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_end ON idempotency_keys (expires_at);

-- The answer that the same request with the same key gets again, while the key lives.
CREATE TABLE answers (
    scope        TEXT   NOT NULL,
    key          TEXT   NOT NULL,
    request_hash BLOB   NOT NULL,
    status       BIGINT NOT NULL CHECK (status BETWEEN 200 AND 299),
    body         TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    -- The record of custom data that it shows, if it shows one: what it holds goes with the record.
    table_id     BIGINT,
    record_id    BIGINT,
    PRIMARY KEY (scope, key),
    FOREIGN KEY (table_id, record_id) REFERENCES records (table_id, id) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX answers_by_end ON answers (expires_at);
CREATE INDEX answers_by_record ON answers (table_id, record_id) WHERE record_id IS NOT NULL;

-- While a delivery is leased its due time is the lease's end, so that one claim picks up due and
-- abandoned work alike. `claims` numbers the attempts. A delivery that is cancelled in the middle
-- of an attempt keeps its lease, so that the attempt can still be recorded.
CREATE TABLE deliveries (
    id              BLOB   PRIMARY KEY,
    event_id        BLOB   NOT NULL REFERENCES events (id),
    installation_id BIGINT NOT NULL REFERENCES installations (id),
    hook_id         BIGINT,
    kind            TEXT   NOT NULL CHECK (kind IN ('hook', 'guard', 'action')),
    event_version   TEXT   NOT NULL,
    endpoint        TEXT,
    timeout_ms      BIGINT NOT NULL,
    retries         BIGINT NOT NULL,
    required        BIGINT NOT NULL CHECK (required IN (0, 1)),
    token_minutes   BIGINT,
    redelivery_of   BLOB,
    state           TEXT   NOT NULL CHECK (state IN ('queued', 'delivered', 'failed', 'cancelled')),
    reason          TEXT,
    due_at          BIGINT,
    lease           BLOB,
    claims          BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    CHECK ((state = 'queued') = (due_at IS NOT NULL)),
    CHECK (lease IS NULL OR state IN ('queued', 'cancelled'))
) WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (installation_id, due_at) WHERE state = 'queued';
CREATE INDEX deliveries_unanswered ON deliveries (due_at)
    WHERE state = 'queued' AND kind <> 'hook';
CREATE INDEX deliveries_by_event ON deliveries (event_id);
CREATE INDEX deliveries_by_installation ON deliveries (installation_id, created_at, id);
CREATE INDEX deliveries_by_time ON deliveries (created_at, id);
-- What an operator looks for after a failure; the first to list it, the second to recover it.
CREATE INDEX deliveries_undelivered ON deliveries (installation_id, created_at, id)
    WHERE state = 'failed' OR state = 'cancelled';
CREATE INDEX deliveries_undelivered_by_end ON deliveries (updated_at, id)
    WHERE state = 'failed' OR state = 'cancelled';
CREATE INDEX deliveries_settled ON deliveries (updated_at) WHERE state <> 'queued';

CREATE TABLE attempts (
    delivery_id     BLOB   NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number          BIGINT NOT NULL CHECK (number >= 1),
    -- The delivery's, for the index that a project's activity is read by.
    installation_id BIGINT NOT NULL,
    started_at      BIGINT NOT NULL,
    duration_ms     BIGINT NOT NULL,
    status_code     BIGINT,
    error           TEXT,
    response        TEXT,
    PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;
CREATE INDEX attempts_by_installation
    ON attempts (installation_id, started_at, delivery_id, number);

-- What the guards of one question answered. Its event has the question.
CREATE TABLE guards (
    event_id    BLOB   PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
    project_id  BIGINT NOT NULL REFERENCES projects (id),
    decision    TEXT   NOT NULL CHECK (decision IN ('allow', 'pending', 'deny')),
    message     TEXT,
    results     TEXT   NOT NULL,
    resolved_to TEXT   CHECK (resolved_to IN ('allow', 'deny')),
    resolved_by TEXT,
    reason      TEXT,
    created_at  BIGINT NOT NULL,
    resolved_at BIGINT,
    CHECK ((resolved_to IS NULL) = (resolved_at IS NULL)),
    CHECK (resolved_to IS NULL OR decision = 'pending')
) WITHOUT ROWID;
CREATE INDEX guards_by_project ON guards (project_id, event_id);
CREATE INDEX guards_pending ON guards (event_id) WHERE decision = 'pending' AND resolved_to IS NULL;

CREATE TABLE callbacks (
    id          INTEGER PRIMARY KEY,
    delivery_id BLOB   NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    method      TEXT   NOT NULL,
    path        TEXT   NOT NULL,
    status_code BIGINT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX callbacks_by_delivery ON callbacks (delivery_id);

-- What extensions tell of their own. `number` counts what an installation told of a kind, so that
-- the oldest goes when there are too many.
CREATE TABLE extension_events (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    installation_id BIGINT  NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    -- None for what was told outside of a delivery.
    delivery_id     BLOB    REFERENCES deliveries (id) ON DELETE CASCADE,
    kind            TEXT    NOT NULL CHECK (kind IN ('log', 'metric', 'analytics', 'notification')),
    number          BIGINT  NOT NULL,
    event           TEXT    NOT NULL,
    version         TEXT,
    data            TEXT    NOT NULL,
    happened_at     BIGINT,
    created_at      BIGINT  NOT NULL
);
CREATE INDEX extension_events_by_installation
    ON extension_events (installation_id, created_at, id);
CREATE UNIQUE INDEX extension_events_by_number
    ON extension_events (installation_id, kind, number);
CREATE INDEX extension_events_by_delivery ON extension_events (delivery_id);
CREATE INDEX extension_events_alone ON extension_events (created_at) WHERE delivery_id IS NULL;
CREATE INDEX extension_events_outbox ON extension_events (id) WHERE kind = 'notification';

-- E-mails that extensions received.
CREATE TABLE inbound_emails (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    installation_id BIGINT  NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    number          BIGINT  NOT NULL,
    email           TEXT    NOT NULL,
    created_at      BIGINT  NOT NULL
);
CREATE UNIQUE INDEX inbound_emails_by_number ON inbound_emails (installation_id, number);
CREATE INDEX inbound_emails_by_time ON inbound_emails (created_at);

-- The address that third parties reach an installation at.
CREATE TABLE webhook_tokens (
    installation_id BIGINT PRIMARY KEY REFERENCES installations (id) ON DELETE CASCADE,
    hash            BLOB   NOT NULL UNIQUE,
    sealed_token    BLOB   NOT NULL,
    created_at      BIGINT NOT NULL
);

-- The newest records that SDKs sent of calls of handlers. One without an installation came without a
-- credential: what it says can be anybody's word.
CREATE TABLE telemetry (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    installation_id   BIGINT  REFERENCES installations (id) ON DELETE CASCADE,
    number            BIGINT  NOT NULL,
    extension_id      TEXT,
    extension_version TEXT,
    event             TEXT    NOT NULL,
    version           TEXT,
    failed            BIGINT  NOT NULL CHECK (failed IN (0, 1)),
    duration_ms       DOUBLE PRECISION NOT NULL,
    error_message     TEXT,
    error_class       TEXT,
    delivery_id       BLOB,
    metadata          TEXT    NOT NULL,
    happened_at       BIGINT,
    created_at        BIGINT  NOT NULL
);
CREATE UNIQUE INDEX telemetry_by_number ON telemetry (installation_id, number);
CREATE INDEX telemetry_by_time ON telemetry (created_at);
CREATE INDEX telemetry_by_delivery ON telemetry (delivery_id) WHERE delivery_id IS NOT NULL;
CREATE INDEX telemetry_failed ON telemetry (created_at) WHERE failed = 1;

-- Figures of all records that came with a credential, by the hour in which they came. A bucket holds
-- durations that are nearly alike (see telemetry/histogram.rs).
CREATE TABLE telemetry_hours (
    installation_id BIGINT NOT NULL REFERENCES installations (id) ON DELETE CASCADE,
    hour            BIGINT NOT NULL,
    event           TEXT   NOT NULL,
    version         TEXT   NOT NULL,
    bucket          BIGINT NOT NULL,
    total           BIGINT NOT NULL,
    errors          BIGINT NOT NULL,
    duration_ms     DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (installation_id, hour, event, version, bucket)
) WITHOUT ROWID;
CREATE INDEX telemetry_hours_by_time ON telemetry_hours (hour);
