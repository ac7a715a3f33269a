-- What senders ask for besides being read, and what persons decided about it.

create table wishes (
    message_id text not null references messages (id),
    -- From 1, within its message.
    number bigint not null,
    kind text not null,
    wish text not null,
    -- Null until a person has decided.
    decision text,
    decided_by text,
    reason text,
    decided_at bigint,
    primary key (message_id, number)
);
create index wishes_open on wishes (message_id) where decision is null;
