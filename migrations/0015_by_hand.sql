-- What a person brought and is still on its way: who it was, until that stands in the ledger with the message.
create table brought (
    mailbox_id text not null,
    uidvalidity bigint not null,
    uid bigint not null,
    person_id text not null references people (id),
    brought_at bigint not null,
    primary key (mailbox_id, uidvalidity, uid),
    foreign key (mailbox_id, uidvalidity, uid) references copies (mailbox_id, uidvalidity, uid)
);
