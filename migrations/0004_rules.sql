-- What the operator's rules left out, what an account fetched in a day, and what was erased.

-- Digest of the rules that left a UID out: when they change, it is judged again.
alter table copies add column rules text;
create index copies_provider on copies (provider_id) where provider_id is not null;

-- Bytes that an account fetched, by day (UTC, days since 1970).
create table traffic (
    account text not null,
    day bigint not null,
    bytes bigint not null,
    primary key (account, day)
);

alter table messages add column erased_at bigint;

-- Stored bytes that were erased on purpose; `removed_at` is empty until the file is gone.
create table erased (
    digest text primary key,
    at bigint not null,
    removed_at bigint
);
create index erased_waiting on erased (digest) where removed_at is null;
