-- Mail that Pouch writes, and the numbers of receipts.

create table letters (
    id text primary key,
    kind text not null check (kind in ('acknowledgement', 'alarm', 'notice', 'digest')),
    state text not null check (state in ('waiting', 'sending', 'sent', 'unsure', 'refused', 'withheld')),
    -- What makes a second letter of the same sense impossible; null for those that are withheld.
    once text unique,
    -- The submission that it is about.
    submission_id text references submissions (id),
    recipients text not null,
    -- The whole message as it is handed to the server (RFC 5322), fixed when it is queued.
    message text not null,
    -- Whether the return path is empty (RFC 3834 3.3).
    null_path bigint not null check (null_path in (0, 1)),
    -- Why it was refused or withheld, or what went wrong last.
    reason text,
    created_at bigint not null,
    changed_at bigint not null
);
create index letters_submission on letters (submission_id);
create index letters_state on letters (state, created_at);

-- What the reviewers were told of by a notice.
create table noticed (
    subject text primary key,
    at bigint not null
);

-- Running numbers without gaps: the row is locked until the transaction that took a number ends.
create table counters (
    name text primary key,
    value bigint not null
);

alter table submissions add column receipt_number bigint;
create unique index submissions_receipt on submissions (receipt_number);

-- The stages are the program's closed list; a check here would have to be made anew with each of them.
create table tasks_new (
    id text primary key,
    stage text not null,
    subject text not null,
    due_at bigint not null,
    lease_owner text,
    lease_until bigint not null default 0,
    attempts bigint not null default 0,
    last_error text,
    unique (stage, subject)
);
insert into tasks_new (id, stage, subject, due_at, lease_owner, lease_until, attempts, last_error)
    select id, stage, subject, due_at, lease_owner, lease_until, attempts, last_error from tasks;
drop table tasks;
alter table tasks_new rename to tasks;
create index tasks_next on tasks (stage, due_at, id);
