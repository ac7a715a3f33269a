-- Copies of files without the words that reviewers struck. The file itself stays in the vault, unchanged.
create table redacted_copies (
    -- SHA-256 of the file, and of the redactions with the text that they were applied to.
    original text not null,
    redactions text not null,
    how_made text not null check (how_made in ('as-it-is', 'clean-text', 'pixels')),
    -- SHA-256 of the copy, which lies in the vault; of a file that is published as it is, the file's own.
    copy text not null,
    media_type text not null,
    size_bytes bigint not null,
    places bigint not null,
    note text not null,
    -- Why it must not be published; null: it was searched and nothing was found.
    problem text,
    made_at bigint not null,
    primary key (original, redactions)
);
