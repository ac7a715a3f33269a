-- Refresh tokens of accounts that log in by OAuth2, sealed with a key that is not in here.

create table tokens (
    account text primary key,
    sealed text not null,
    changed_at bigint not null
);
