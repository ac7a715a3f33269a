//! Small facts of the whole installation by name.

use super::{Result, Store, Tx};

/// The value of a setting.
pub async fn get(store: &Store, name: &str) -> Result<Option<String>> {
    let row: Option<(String,)> =
        sqlx::query_as("select value from settings where name = $1").bind(name).fetch_optional(store.pool()).await?;
    Ok(row.map(|(value,)| value))
}

/// Sets a setting.
pub async fn set(tx: &mut Tx, name: &str, value: &str) -> Result<()> {
    sqlx::query(
        "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
