//! The index of words, the only thing that the two engines do in different ways: FTS5 on SQLite, `tsvector` on PostgreSQL.
//! Tokens are made here and by nobody else, so that no sign of a query is ever an operator of an engine; what may be listed
//! is not decided here.
//!
//! Neither index knows where in a text a token stands: phrases are looked up in the texts of what has all their tokens.

mod words;

pub use words::{Query, Term, comparable, tokens, understood};

use super::{Engine, Result, Store, Tx};
use sqlx::AnyPool;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What is looked for; all of it has to be true.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// `None`: any list.
    pub list: Option<String>,
    /// Of each group one label at least.
    pub labels: Vec<Vec<String>>,
    pub terms: Vec<Term>,
}

/// Makes the index where there is none.
pub(super) async fn prepare(pool: &AnyPool, engine: Engine) -> Result<()> {
    match engine {
        // The texts themselves stand in `desk_texts`. With the ASCII tokenizer every sign beyond ASCII is part of a token,
        // whatever version of Unicode the engine knows.
        Engine::Sqlite => {
            sqlx::query(
                "create virtual table if not exists desk_search using fts5
                     (doc, content = '', contentless_delete = 1, detail = none, tokenize = ascii, prefix = '2 3 4')",
            )
            .execute(pool)
            .await?;
        }
        Engine::Postgres => {
            let mut tx = pool.begin().await?;
            // Two processes that start at once.
            sqlx::query("select 1 from (select pg_advisory_xact_lock(7411203)) as lock").execute(&mut *tx).await?;
            // Making what is there already would wait for whoever reads in it.
            let (there,): (i64,) = sqlx::query_as(
                "select count(*) from pg_tables where tablename = 'desk_search' and schemaname = current_schema()",
            )
            .fetch_one(&mut *tx)
            .await?;
            let all = [
                "create table desk_search
                     (seq bigint primary key, list text not null, labels tsvector not null, doc tsvector not null)",
                // Phrases are looked up in them: taking them apart costs more time than their size is worth.
                "alter table desk_texts alter column body set storage external",
                "create index desk_search_list on desk_search (list, seq)",
                "create index desk_search_labels on desk_search using gin (labels) with (fastupdate = off)",
                "create index desk_search_doc on desk_search using gin (doc) with (fastupdate = off)",
            ];
            for text in all.into_iter().filter(|_| there == 0) {
                sqlx::query(text).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Puts a row's labels and words into the index.
pub(super) async fn put(tx: &mut Tx, seq: i64, list: &str, labels: &BTreeSet<String>, texts: [&str; 2]) -> Result<()> {
    let words: BTreeSet<String> = texts.into_iter().flat_map(tokens).collect();
    match tx.engine {
        Engine::Sqlite => {
            let mut all: Vec<String> = labels.iter().map(|label| token_of(label)).collect();
            all.push(token_of(&in_list(list)));
            all.extend(words);
            sqlx::query("insert into desk_search (rowid, doc) values ($1, $2)")
                .bind(seq)
                .bind(all.join(" "))
                .execute(&mut **tx)
                .await?;
        }
        Engine::Postgres => {
            let labels: Vec<String> = labels.iter().map(|label| token_of(label)).collect();
            sqlx::query(
                "insert into desk_search (seq, list, labels, doc)
                 values ($1, $2, cast($3 as tsvector), cast($4 as tsvector))
                 on conflict (seq) do update set list = excluded.list, labels = excluded.labels, doc = excluded.doc",
            )
            .bind(seq)
            .bind(list)
            .bind(lexemes(labels.iter()))
            .bind(lexemes(words.iter()))
            .execute(&mut **tx)
            .await?;
        }
    }
    Ok(())
}

/// Takes a row out of the index.
pub(super) async fn remove(tx: &mut Tx, seq: i64) -> Result<()> {
    let text = match tx.engine {
        Engine::Sqlite => "delete from desk_search where rowid = $1",
        Engine::Postgres => "delete from desk_search where seq = $1",
    };
    sqlx::query(text).bind(seq).execute(&mut **tx).await?;
    Ok(())
}

/// Places of what is wanted, after a place; or before it, the last one first.
pub async fn find(
    store: &Store,
    wanted: &Wanted,
    after: Option<i64>,
    newest_first: bool,
    limit: i64,
) -> Result<Vec<i64>> {
    let after = after.unwrap_or(if newest_first { i64::MAX } else { i64::MIN });
    let (sign, order) = if newest_first { ("<", "desc") } else { (">", "asc") };
    let limit_to = |seq: &str| format!("order by {seq} {order} limit {limit}");
    if store.engine() == Engine::Sqlite {
        // Its index is in the order of places anyway.
        let text = format!("{SQLITE} and rowid {sign} {after} {}", limit_to("rowid"));
        return sqlite(store, wanted, text).await;
    }
    let matching = format!("{} and seq {sign} {after}", postgres_words(wanted));
    // The planner does not know how many words begin so: left to itself it walks through all rows in order to find three.
    let gathered = format!(
        "with matching as materialized ({matching}),
              gathered as materialized (select seq from matching limit {MOST_GATHERED} + 1)
         select seq, (select count(*) from gathered) from gathered {}",
        limit_to("seq")
    );
    let rows: Vec<(i64, i64)> = bound(wanted, &gathered).fetch_all(store.pool()).await?;
    if rows.first().is_none_or(|(_, count)| *count <= MOST_GATHERED) {
        return Ok(rows.into_iter().map(|(seq, _)| seq).collect());
    }
    // So many match that the first ones are soon found in order.
    let mut tx = store.pool().begin().await?;
    sqlx::query(
        "select set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true),
                set_config('enable_sort', 'off', true)",
    )
    .execute(&mut *tx)
    .await?;
    let rows: Vec<(i64,)> = bound(wanted, &format!("{matching} {}", limit_to("seq"))).fetch_all(&mut *tx).await?;
    tx.commit().await?;
    Ok(places(rows))
}

/// On PostgreSQL: what is gathered and put in order; where more match, the rows are gone through in order.
const MOST_GATHERED: i64 = 20_000;

/// How many are wanted, counted up to `most`.
pub async fn count(store: &Store, wanted: &Wanted, most: i64) -> Result<i64> {
    if store.engine() == Engine::Sqlite {
        return Ok(sqlite(store, wanted, format!("{SQLITE} limit {most}")).await?.len() as i64);
    }
    let text = format!(
        "with matching as materialized ({}), counted as (select seq from matching limit {most}) select count(*) from counted",
        postgres_words(wanted)
    );
    let (count,): (i64,) = bound(wanted, &text).fetch_one(store.pool()).await?;
    Ok(count)
}

/// Which of some places have what is wanted.
pub async fn among(store: &Store, wanted: &Wanted, of: &[i64]) -> Result<Vec<i64>> {
    if store.engine() == Engine::Sqlite {
        return sqlite(store, wanted, format!("{SQLITE} and rowid in ({})", numbers(of))).await;
    }
    let text = format!("{} and seq in ({})", postgres_words(wanted), numbers(of));
    Ok(places(bound(wanted, &text).fetch_all(store.pool()).await?))
}

/// Which of some places have a phrase in their texts.
pub(super) async fn with_phrase(store: &Store, of: &[i64], phrase: &str) -> Result<Vec<i64>> {
    let place_in = match store.engine() {
        Engine::Sqlite => "instr",
        Engine::Postgres => "strpos",
    };
    let text = format!(
        "select r.seq from desk_rows r join desk_texts t on t.item_id = r.item_id
          where r.seq in ({}) and ({place_in}(t.head, $1) > 0 or {place_in}(t.body, $1) > 0)",
        numbers(of)
    );
    let query = sqlx::query_as(sqlx::AssertSqlSafe(text)).persistent(false);
    Ok(places(query.bind(phrase).fetch_all(store.pool()).await?))
}

fn places(rows: Vec<(i64,)>) -> Vec<i64> {
    rows.into_iter().map(|(seq,)| seq).collect()
}

const SQLITE: &str = "select rowid from desk_search where desk_search match $1";

async fn sqlite(store: &Store, wanted: &Wanted, text: String) -> Result<Vec<i64>> {
    let query = sqlx::query_as(sqlx::AssertSqlSafe(text)).persistent(false);
    Ok(places(query.bind(match_words(wanted)).fetch_all(store.pool()).await?))
}

/// The statement for PostgreSQL, up to its end.
fn postgres_words(wanted: &Wanted) -> String {
    let (labels, words) = ts_words(wanted);
    let mut conditions =
        "cast($1 as text) is not null and cast($2 as text) is not null and cast($3 as text) is not null".to_string();
    if wanted.list.is_some() {
        conditions.push_str(" and list = $1");
    }
    if !labels.is_empty() {
        conditions.push_str(" and labels @@ cast($2 as tsquery)");
    }
    if !words.is_empty() {
        conditions.push_str(" and doc @@ cast($3 as tsquery)");
    }
    format!("select seq from desk_search where {conditions}")
}

fn bound<'a, Row>(wanted: &Wanted, text: &str) -> sqlx::query::QueryAs<'a, sqlx::Any, Row, sqlx::any::AnyArguments>
where
    Row: for<'r> sqlx::FromRow<'r, sqlx::any::AnyRow>,
{
    let (labels, words) = ts_words(wanted);
    let query = sqlx::query_as(sqlx::AssertSqlSafe(text.to_string())).persistent(false);
    query.bind(wanted.list.clone().unwrap_or_default()).bind(labels).bind(words)
}

/// Numbers as the inside of a list in a statement; one that is nowhere for none.
pub(super) fn numbers(places: &[i64]) -> String {
    if places.is_empty() {
        return "-1".into();
    }
    places.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

fn in_list(list: &str) -> String {
    format!("list:{list}")
}

/// A label as a token that no text can have: it begins with a sign for private use, and signs that are no letters become
/// such signs.
fn token_of(label: &str) -> String {
    let sign = |c: char| {
        let private = char::from_u32(0xe000 + u32::from(c)).filter(|_| c.is_ascii());
        if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { private.unwrap_or(c) }
    };
    std::iter::once('\u{e000}').chain(label.chars().map(sign)).collect()
}

/// For FTS5: every token in quotes, so that nothing in it can be an operator.
fn match_words(wanted: &Wanted) -> String {
    let quoted = |label: &String| format!("\"{}\"", token_of(label));
    let mut all: Vec<String> = wanted.list.iter().map(|list| quoted(&in_list(list))).collect();
    for group in &wanted.labels {
        all.push(format!("({})", group.iter().map(quoted).collect::<Vec<_>>().join(" OR ")));
    }
    all.extend(wanted.terms.iter().map(|term| match term {
        Term::Whole(word) => format!("\"{word}\""),
        Term::Prefix(word) => format!("\"{word}\" *"),
    }));
    all.join(" AND ")
}

/// For `tsquery`: labels and words, every token in quotes.
fn ts_words(wanted: &Wanted) -> (String, String) {
    let quoted = |label: &String| format!("'{}'", token_of(label));
    let group = |group: &Vec<String>| format!("({})", group.iter().map(quoted).collect::<Vec<_>>().join(" | "));
    let term = |term: &Term| match term {
        Term::Whole(word) => format!("'{word}'"),
        Term::Prefix(word) => format!("'{word}':*"),
    };
    let labels: Vec<String> = wanted.labels.iter().map(group).collect();
    let words: Vec<String> = wanted.terms.iter().map(term).collect();
    (labels.join(" & "), words.join(" & "))
}

/// A `tsvector` holds a megabyte of words; what is more than that is not found.
const MOST_BYTES: usize = 900_000;

fn lexemes<'a>(words: impl Iterator<Item = &'a String>) -> String {
    let mut all = String::new();
    let mut held = 0;
    for word in words {
        held += word.len() + 2;
        if held > MOST_BYTES {
            break;
        }
        let _ = write!(all, "'{word}' ");
    }
    all
}
