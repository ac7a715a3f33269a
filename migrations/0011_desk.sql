-- The desk: one row for each entry of the queue, ready to be listed, counted and searched, and what tells which rows are out
-- of date. The rows can be made anew from the other tables at any time; the index of words (`desk_search`) is made by
-- `store/search.rs`, because the two engines have different ones.

-- Which messages have a file, so that all are found when it is read again.
create table message_files (
    digest text not null,
    message_id text not null references messages (id),
    primary key (digest, message_id)
);
create index message_files_message on message_files (message_id);

-- Who sent which message, lower case, and which of these messages tells a password and brings nothing.
create table message_senders (
    address text not null,
    message_id text not null references messages (id),
    gives_code bigint not null default 0 check (gives_code in (0, 1)),
    primary key (address, message_id)
);
create index message_senders_message on message_senders (message_id);
create index message_senders_codes on message_senders (address) where gives_code = 1;

-- The messages that a revision has parts of.
create table revision_messages (
    message_id text not null,
    revision_id text not null references revisions (id),
    primary key (message_id, revision_id)
);
create index revision_messages_revision on revision_messages (revision_id);
create index messages_submission on messages (submission_id);

-- Subjects that changed since the row was made in which they show; one row a change, and nothing is ever updated here, so
-- that who writes never waits for who makes rows.
create table desk_dirty (
    id text primary key,
    -- `m:`, `s:`, `r:`, `d:` or `a:` with the id of a message, submission or revision, a file's digest, a sender's address.
    subject text not null
);

create table desk_rows (
    -- Of the submission, or of a message that is none.
    item_id text primary key,
    -- By time of arrival: milliseconds, and a number of 10 bits that tells those of one millisecond apart.
    seq bigint not null unique,
    received_at bigint not null,
    -- Grows with each change of any row, in the order of commits.
    change bigint not null,
    changed_at bigint not null,
    -- `none`: no entry any more (joined into another one, on its way again).
    list text not null check (list in ('queued', 'held', 'set-aside', 'decided', 'none')),
    -- What it is counted and filtered by, with a blank between.
    labels text not null,
    item text not null
);
create index desk_rows_list on desk_rows (list, seq);
create index desk_rows_change on desk_rows (change);

-- The comparable text, for phrases; `body` is kept as long as `made_of` stays the same.
create table desk_texts (
    item_id text primary key references desk_rows (item_id),
    made_of text not null,
    head text not null,
    body text not null
);

create table desk_counts (
    list text not null,
    label text not null,
    entries bigint not null,
    primary key (list, label)
);
