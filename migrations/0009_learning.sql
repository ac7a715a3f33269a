-- What persons decided about labels, with the evidence; and the models that learnt from it.

-- One row an act. What was kept, added and removed, with quotes and reason, is the text behind `words` in `commitments`:
-- whoever erases that text has erased all of it, and the ledger's chain still holds.
create table judgements (
    id text primary key,
    revision_id text not null references revisions (id),
    -- That the person saw.
    edition bigint not null,
    act text not null check (act in ('assigned', 'unassigned', 'approved', 'rejected')),
    person_id text not null references people (id),
    at bigint not null,
    words text not null
);
create index judgements_revision on judgements (revision_id);

-- The act that took it away; null for what older versions noted.
alter table removed_assignments add column judgement_id text;

-- Of which submission a message was, before it was set aside: what a person took away from that stays away.
alter table messages add column former_submission text;

-- Models that were trained here; their files lie in the data folder.
create table models (
    version text primary key,
    -- SHA-256 of the file.
    digest text not null,
    trained_at bigint not null,
    -- What it was trained with, and how it does, as JSON.
    made_of text not null
);
