-- Recognition of scans is a stage of its own, and a file remembers which program it still waits for.

alter table publications drop column until_at;

-- `recognition`: words stand in pictures that were not recognised yet.
alter table extractions add column awaits text;
-- What lists say of it without its text: engine, findings, problems.
alter table extractions add column remarks text not null default '{}';
create index extractions_awaiting on extractions (awaits) where awaits is not null;

-- SQLite cannot change a check; the table is made anew.
create table tasks_new (
    id text primary key,
    stage text not null
        check (stage in ('parse', 'extract', 'recognise', 'classify', 'queue', 'publish', 'site')),
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
