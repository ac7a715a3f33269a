-- What is known about who sent a mail: what the receiving server said of this copy, and which signatures hold.

alter table copies add column server_says text;
alter table messages add column signatures text;
