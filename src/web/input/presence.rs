//! Who else looks at an entry now: noted with each look and by a small word from open pages. Locks nothing.

use super::Shared;
use crate::access::Visitor;
use crate::domain::Timestamp;
use crate::store::session;
use crate::web::Error;
use crate::web::guard::Sent;
use axum::extract::{Path, State};
use axum::{Extension, Json};
use std::sync::Arc;
use std::time::Duration;

/// Who was here this lately counts as here.
const HERE: Duration = Duration::from_secs(120);

/// Notes that somebody looks, and gives the names of the others.
pub async fn look(shared: &Shared, id: &str, visitor: &Visitor, now: Timestamp) -> Result<Vec<String>, Error> {
    session::look_at(&shared.tools.store, id, &visitor.person, now).await?;
    Ok(session::others_at(&shared.tools.store, id, &visitor.person, now - HERE).await?)
}

/// An open page says that it is still open, or that it is left.
pub async fn here(
    State(shared): State<Arc<Shared>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Extension(Sent(fields)): Extension<Sent>,
) -> Result<Json<Vec<String>>, Error> {
    // What is no entry has nobody looking at it, and leaves no row.
    let tools = &shared.tools;
    if fields.ticked("leave") {
        session::look_away(&tools.store, &id, &visitor.person).await?;
        return Ok(Json(Vec::new()));
    }
    let is_one = crate::review::queue::item_of(&tools.store, &tools.config, &id).await?.is_some();
    if !is_one {
        return Ok(Json(Vec::new()));
    }
    Ok(Json(look(&shared, &id, &visitor, (shared.clock)()).await?))
}
