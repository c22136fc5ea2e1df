-- Users, as another service told of them.

CREATE TABLE idn_user (
    id TEXT PRIMARY KEY NOT NULL,
    username TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE idn_member (
    user_id TEXT NOT NULL REFERENCES idn_user(id) ON DELETE CASCADE,
    name TEXT NOT NULL,        -- of the group
    position INTEGER NOT NULL, -- among the user's groups, as they were told
    PRIMARY KEY (user_id, name)
) WITHOUT ROWID;
