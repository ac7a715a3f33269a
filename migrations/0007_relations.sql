-- How messages belong together: what makes them comparable, what Pouch proposes, and what persons decided.

create table likenesses (
    message_id text primary key references messages (id),
    likeness text not null
);

-- What others find a message by, and what it looks for itself.
create table likeness_keys (
    key text not null,
    message_id text not null references messages (id),
    wants text not null,
    primary key (key, message_id, wants)
);
create index likeness_keys_message on likeness_keys (message_id);

create table relations (
    -- The newer message, and the older one.
    message_id text not null references messages (id),
    other_id text not null references messages (id),
    kind text not null,
    -- In per cent.
    similarity bigint not null,
    reason text not null,
    -- Null until a person has decided.
    decision text check (decision in ('confirmed', 'refused')),
    decided_by text,
    decided_why text,
    decided_at bigint,
    primary key (message_id, other_id)
);
create index relations_other on relations (other_id);
