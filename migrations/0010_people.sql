-- People who sign in: accounts, invitations, sessions, and what they looked at last.

-- A closed account stays: what its person did must keep a name (globaleaks#3645).
create table accounts (
    person_id text primary key references people (id),
    -- What is typed to sign in: an address or a short name, lower case.
    login text not null unique,
    -- Argon2id in PHC form; null: none, the person signs in by OpenID Connect.
    password text,
    -- The shared key of one-time codes, sealed; and the last time step that was used, which is not taken twice.
    totp_secret text,
    totp_step bigint,
    -- Hashes of recovery codes that are left, as JSON.
    recovery text,
    -- Issuer and subject of an identity provider.
    identity text unique,
    -- Words, as JSON.
    roles text not null,
    -- The language of the interface; null: what the browser asks for.
    language text,
    created_at bigint not null,
    closed_at bigint,
    -- What 'since my last visit' counts from: the visit before the present one, and the present one.
    visit_before bigint,
    visit_at bigint,
    -- The numbers of the last change of any entry that the two visits could see.
    seen_before bigint,
    seen bigint
);

-- A link that makes an account, or gives one a new password; only the hash of what stands in it.
create table invitations (
    hash text primary key,
    -- The account that gets a new password; null: a new one.
    person_id text references accounts (person_id),
    -- Name and login of the new one; empty: the person chooses (the first administrator).
    name text not null,
    login text not null,
    roles text not null,
    invited_by text references people (id),
    created_at bigint not null,
    until_at bigint not null,
    used_at bigint
);

create table sessions (
    -- Of the token in the cookie, which is kept nowhere.
    hash text primary key,
    person_id text not null references accounts (person_id),
    created_at bigint not null,
    seen_at bigint not null,
    until_at bigint not null,
    -- What the browser calls itself, cut, so that a person knows which session is which.
    agent text not null
);
create index sessions_person on sessions (person_id);

-- Sign-ins that failed, by what was tried ('login:...', 'from:...'); older ones are removed.
create table failed_sign_ins (
    tried text not null,
    at bigint not null
);
create index failed_sign_ins_tried on failed_sign_ins (tried, at);

-- Who looks at an entry now.
create table presence (
    item_id text not null,
    person_id text not null references accounts (person_id),
    seen_at bigint not null,
    primary key (item_id, person_id)
);

-- Keys for programs: /api/v1.
create table api_tokens (
    hash text primary key,
    id text not null unique,
    person_id text not null references accounts (person_id),
    label text not null,
    -- Words, as JSON; never more than the person may do.
    scopes text not null,
    created_at bigint not null,
    until_at bigint not null,
    used_at bigint,
    revoked_at bigint
);
create index api_tokens_person on api_tokens (person_id);
