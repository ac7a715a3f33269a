//! How domain values stand in rows: times as microseconds, digests and words as text, leftovers as JSON.

use super::{Error, Result, Store};
use crate::domain::{Digest, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::FromRow;
use sqlx::any::AnyRow;

/// A time as it stands in a row: UTC microseconds.
pub fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// A time from a row.
pub fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `$1, $2, ...` for a list of values.
fn marks(count: usize) -> String {
    (1..=count).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

/// The values with the last one repeated up to a power of two: statements of few lengths are prepared once.
fn padded<T: Clone>(values: &[T]) -> Vec<T> {
    let mut all = values.to_vec();
    let length = values.len().next_power_of_two();
    if let Some(last) = values.last() {
        all.resize(length, last.clone());
    }
    all
}

/// Rows of a statement in which `#` stands for the list of ids; none for no ids.
pub async fn rows_of<T>(store: &Store, text: &str, ids: &[String]) -> Result<Vec<T>>
where
    T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
{
    let mut rows = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let some = padded(some);
        let text = text.replace('#', &marks(some.len()));
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(text));
        for id in &some {
            query = query.bind(id.as_str());
        }
        rows.extend(query.fetch_all(store.pool()).await?);
    }
    Ok(rows)
}

/// Ids of one statement.
const AT_ONCE: usize = 512;

/// A value as JSON text.
pub fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Storage(sqlx::Error::Encode(Box::new(error))))
}

/// A value from JSON text.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Storage(sqlx::Error::Decode(Box::new(error))))
}

/// A closed word from a row, as serde writes it.
pub fn word<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(text.into()))
        .map_err(|error| Error::Storage(sqlx::Error::Decode(Box::new(error))))
}

/// A digest from a row.
pub fn digest(text: &str) -> Result<Digest> {
    text.parse()
        .map_err(|error: crate::domain::digest::NotADigest| Error::Storage(sqlx::Error::Decode(Box::new(error))))
}
