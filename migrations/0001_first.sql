-- One text for SQLite and PostgreSQL. Ids are text, times are UTC microseconds, states are words with a check list,
-- leftovers are JSON in text that no query looks into; bytes live in the vault.

create table mailboxes (
    id text primary key,
    account text not null,
    folder text not null,
    role text not null check (role in ('inbox', 'junk', 'folder', 'import')),
    uidvalidity bigint,
    -- What the status page shows: one line that answers "is it alive?".
    state text not null default 'never connected',
    state_since bigint not null,
    last_error text,
    last_check_at bigint,
    last_message_at bigint,
    -- EXISTS at the last complete check.
    server_count bigint,
    lease_owner text,
    lease_until bigint not null default 0,
    unique (account, folder)
);

-- Every UID that a mailbox ever showed, with its settlement. The truth about "what is missing" is here.
create table copies (
    mailbox_id text not null references mailboxes (id),
    uidvalidity bigint not null,
    uid bigint not null,
    settlement text not null check (settlement in ('received', 'taken', 'copy', 'left-out', 'parked', 'gone')),
    digest text,
    size_bytes bigint,
    internal_date bigint,
    provider_id text,
    first_seen bigint not null,
    message_id text,
    -- Why it was left out, parked or is gone; for parked ones the tries.
    reason text,
    tries bigint not null default 0,
    try_at bigint,
    -- When a complete check no longer showed it on the server.
    vanished_at bigint,
    primary key (mailbox_id, uidvalidity, uid)
);
create index copies_digest on copies (digest);
create index copies_message on copies (message_id);
create index copies_unsettled on copies (mailbox_id, try_at) where settlement = 'parked';

create table messages (
    id text primary key,
    -- The fingerprint; with '#' and the id for one that a person parted.
    join_key text not null unique,
    kinship text not null,
    message_id_header text,
    subject text not null,
    sent_at bigint,
    first_seen bigint not null,
    -- The copy that was parsed.
    digest text not null,
    outcome text not null check (outcome in ('pending', 'submission', 'set-aside', 'held')),
    kind text not null,
    reason text not null,
    parsed text not null,
    -- The short form of `parsed` for lists: sender and parts, no texts.
    summary text not null,
    classified text,
    problems text not null,
    submission_id text
);
create index messages_header on messages (message_id_header);
create index messages_kinship on messages (kinship);
create index messages_seen on messages (first_seen, id);

-- What came out of one file, by its content: the same file is read once.
create table extractions (
    digest text primary key,
    status text not null check (status in ('text', 'locked', 'no-text', 'unreadable')),
    characters bigint not null,
    extraction text not null
);

create table submissions (
    id text primary key,
    -- When its first message was first seen.
    received_at bigint not null,
    merged_into text references submissions (id),
    -- Running number of first publication, from 1.
    public_number bigint unique
);
create index submissions_received on submissions (received_at, id);

create table revisions (
    id text primary key,
    submission_id text not null references submissions (id),
    number bigint not null,
    -- Grows with each edit; a decision names number and edition that it saw.
    edition bigint not null default 1,
    state_name text not null
        check (state_name in ('queued', 'approved', 'published', 'rejected', 'withdrawn', 'superseded')),
    state text not null,
    content text not null,
    -- What was approved, exactly; publishing reads nothing else.
    manifest text,
    created_at bigint not null,
    unique (submission_id, number)
);
create unique index revisions_one_published on revisions (submission_id) where state_name = 'published';
create index revisions_state on revisions (state_name);

-- Labels that a person took away: the machine does not bring them back.
create table removed_assignments (
    submission_id text not null references submissions (id),
    recommendation text not null,
    primary key (submission_id, recommendation)
);

create table publications (
    submission_id text primary key references submissions (id),
    revision_id text not null references revisions (id),
    public_number bigint not null unique,
    -- What the pages are made of, as approved; after a withdrawal only what the page may still say.
    public_input text not null,
    is_public bigint not null check (is_public in (0, 1)),
    since_at bigint not null,
    until_at bigint,
    updated_at bigint not null
);
create index publications_updated on publications (updated_at);

create table publication_recommendations (
    submission_id text not null references submissions (id),
    recommendation text not null,
    public_number bigint not null,
    primary key (submission_id, recommendation)
);
create index publication_recommendations_by on publication_recommendations (recommendation, public_number);

create table people (
    id text primary key,
    name text not null unique
);

-- Texts behind the commitments in the ledger; erasing a row leaves a chain that verifies and tells nothing.
create table commitments (
    hash text primary key,
    salt text,
    text text
);

create table ledger (
    id text primary key,
    number bigint unique,
    at bigint not null,
    actor text not null,
    -- The id that the event is about; derived from it, for looking up.
    subject text not null,
    event text not null
);
create index ledger_subject on ledger (subject, id);
create index ledger_unsealed on ledger (id) where number is null;

-- One row a sealing: the number and the chain's hash of the last entry it covers.
create table seals (
    number bigint primary key,
    hash text not null,
    at bigint not null
);

-- Names of rows that only one process may work at a time: the sealer, the site writer.
create table leases (
    name text primary key,
    owner text not null,
    until_at bigint not null
);

create table tasks (
    id text primary key,
    stage text not null check (stage in ('parse', 'extract', 'classify', 'queue', 'publish', 'site')),
    subject text not null,
    due_at bigint not null,
    lease_owner text,
    lease_until bigint not null default 0,
    attempts bigint not null default 0,
    last_error text,
    unique (stage, subject)
);
create index tasks_next on tasks (stage, due_at, id);

create table settings (
    name text primary key,
    value text not null
);
