//! Rows of copies without the struck words. Knows no rule of when one may be published.

use super::rows::{digest, micros, time, word};
use super::{Result, Store, Tx};
use crate::domain::Digest;
use crate::domain::redaction::RedactedCopy;

#[derive(sqlx::FromRow)]
struct Row {
    original: String,
    redactions: String,
    how_made: String,
    copy: String,
    media_type: String,
    size_bytes: i64,
    places: i64,
    note: String,
    problem: Option<String>,
    made_at: i64,
}

impl Row {
    fn copy(self) -> Result<RedactedCopy> {
        Ok(RedactedCopy {
            original: digest(&self.original)?,
            redactions: digest(&self.redactions)?,
            made: word(&self.how_made)?,
            digest: digest(&self.copy)?,
            media_type: self.media_type,
            size_bytes: self.size_bytes as u64,
            places: u32::try_from(self.places).unwrap_or(0),
            note: self.note,
            problem: self.problem,
            made_at: time(self.made_at),
        })
    }
}

/// The copy of a file for these redactions.
pub async fn copy(store: &Store, original: Digest, redactions: Digest) -> Result<Option<RedactedCopy>> {
    let row: Option<Row> = sqlx::query_as(
        "select original, redactions, how_made, copy, media_type, size_bytes, places, note, problem, made_at
           from redacted_copies where original = $1 and redactions = $2",
    )
    .bind(original.to_string())
    .bind(redactions.to_string())
    .fetch_optional(store.pool())
    .await?;
    row.map(Row::copy).transpose()
}

/// All copies of a file, or of all files.
pub async fn copies(store: &Store, original: Option<Digest>) -> Result<Vec<RedactedCopy>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select original, redactions, how_made, copy, media_type, size_bytes, places, note, problem, made_at
           from redacted_copies where $1 is null or original = $1 order by made_at, original, redactions",
    )
    .bind(original.map(|digest| digest.to_string()))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(Row::copy).collect()
}

/// Writes a copy; one that was made before for the same redactions is replaced.
pub async fn keep(tx: &mut Tx, copy: &RedactedCopy) -> Result<()> {
    sqlx::query(
        "insert into redacted_copies
                (original, redactions, how_made, copy, media_type, size_bytes, places, note, problem, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (original, redactions) do update
            set how_made = excluded.how_made, copy = excluded.copy, media_type = excluded.media_type,
                size_bytes = excluded.size_bytes, places = excluded.places, note = excluded.note,
                problem = excluded.problem, made_at = excluded.made_at",
    )
    .bind(copy.original.to_string())
    .bind(copy.redactions.to_string())
    .bind(copy.made.as_str())
    .bind(copy.digest.to_string())
    .bind(&copy.media_type)
    .bind(copy.size_bytes as i64)
    .bind(i64::from(copy.places))
    .bind(&copy.note)
    .bind(copy.problem.as_deref())
    .bind(micros(copy.made_at))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Empties what is said of the copies of a file whose bytes are erased; that there were any stays.
pub async fn forget(tx: &mut Tx, original: Digest) -> Result<()> {
    sqlx::query(
        "update redacted_copies
            set note = '', problem = case when problem is null then null else 'erased' end
          where original = $1",
    )
    .bind(original.to_string())
    .execute(&mut **tx)
    .await?;
    Ok(())
}
