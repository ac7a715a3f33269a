//! How domain values stand in rows: times as microseconds, digests and words as text, leftovers as JSON.

use super::{Error, Result};
use crate::domain::{Digest, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A time as it stands in a row: UTC microseconds.
pub fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// A time from a row.
pub fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

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
