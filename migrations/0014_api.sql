-- The interface for programs: answers that are kept for a second try, what the publishing pipeline takes, and webhooks.

create table api_requests (
    person_id text not null references accounts (person_id),
    -- What the program calls its request (Idempotency-Key).
    key text not null,
    -- Of method, address and body: the same key must mean the same.
    fingerprint text not null,
    began_at bigint not null,
    -- Null while it is under way.
    status bigint,
    headers text,
    body text,
    primary key (person_id, key)
);
create index api_requests_began on api_requests (began_at);

-- What is public and what is no longer: one row a submission, which moves to the end with each change.
create table publication_feed (
    submission_id text primary key references submissions (id),
    revision_id text not null references revisions (id),
    -- Grows with each change, in the order of commits.
    sequence bigint not null unique,
    change text not null check (change in ('published', 'updated', 'withdrawn')),
    changed_at bigint not null,
    -- Who carries it out now, until when, and which change they were given.
    lease_id text,
    lease_person text references people (id),
    lease_sequence bigint,
    lease_until bigint not null default 0,
    -- The last change that somebody said they carried out.
    acknowledged bigint not null default 0,
    acknowledged_at bigint,
    acknowledged_by text references people (id)
);

insert into publication_feed (submission_id, revision_id, sequence, change, changed_at)
    select submission_id, revision_id, row_number() over (order by updated_at, public_number),
           case when is_public = 1 then 'published' else 'withdrawn' end, updated_at
      from publications;
insert into counters (name, value) select 'publications', count(*) from publication_feed;

-- Endpoints that the configuration names, and how far in the ledger each of them was told.
create table webhook_endpoints (
    -- Digest of the address.
    id text primary key,
    told_up_to bigint not null,
    added_at bigint not null
);

create table webhook_deliveries (
    id text primary key,
    endpoint_id text not null references webhook_endpoints (id),
    -- Number of the ledger's entry.
    entry bigint not null,
    event text not null,
    body text not null,
    state text not null check (state in ('waiting', 'sent', 'refused')),
    attempts bigint not null default 0,
    -- What went wrong last.
    reason text,
    created_at bigint not null,
    changed_at bigint not null,
    unique (endpoint_id, entry)
);
create index webhook_deliveries_state on webhook_deliveries (state, created_at);
