//! Rows of models that were trained here, and which one is in use. Holds no model: the files lie in the data folder.

use super::rows::{digest, from_json, json, micros, time};
use super::{Result, Store, Tx, setting};
use crate::domain::model::{Chosen, TrainedModel};

/// Name of the setting that says which model a person chose.
const CHOSEN: &str = "model in use";

#[derive(sqlx::FromRow)]
struct Row {
    version: String,
    digest: String,
    trained_at: i64,
    made_of: String,
}

impl Row {
    fn model(self) -> Result<TrainedModel> {
        Ok(TrainedModel {
            version: self.version,
            digest: digest(&self.digest)?,
            trained_at: time(self.trained_at),
            made_of: from_json(&self.made_of)?,
        })
    }
}

/// Adds a model.
///
/// # Errors
/// `Conflict` if it is there already.
pub async fn add(tx: &mut Tx, model: &TrainedModel) -> Result<()> {
    sqlx::query("insert into models (version, digest, trained_at, made_of) values ($1, $2, $3, $4)")
        .bind(&model.version)
        .bind(model.digest.to_string())
        .bind(micros(model.trained_at))
        .bind(json(&model.made_of)?)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// All models, oldest first.
pub async fn all(store: &Store) -> Result<Vec<TrainedModel>> {
    let rows: Vec<Row> =
        sqlx::query_as("select version, digest, trained_at, made_of from models order by trained_at, version")
            .fetch_all(store.pool())
            .await?;
    rows.into_iter().map(Row::model).collect()
}

/// The model with this version.
pub async fn find(store: &Store, version: &str) -> Result<Option<TrainedModel>> {
    let row: Option<Row> = sqlx::query_as("select version, digest, trained_at, made_of from models where version = $1")
        .bind(version)
        .fetch_optional(store.pool())
        .await?;
    row.map(Row::model).transpose()
}

/// Which model a person chose; `None`: nobody did, and the one that comes with the program reads.
pub async fn chosen(store: &Store) -> Result<Option<Chosen>> {
    setting::get(store, CHOSEN).await?.map(|text| from_json(&text)).transpose()
}

/// Writes which model reads from now on.
pub async fn choose(tx: &mut Tx, chosen: &Chosen) -> Result<()> {
    setting::set(tx, CHOSEN, &json(chosen)?).await
}
