//! What happens while a page is open (server-sent events, WHATWG HTML 9.2): numbers only; whoever wants to see more asks for the
//! page.

use super::Shared;
use crate::store::desk;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// How often is looked whether something changed.
const LOOK: Duration = Duration::from_secs(2);

/// Tells the number of the last change whenever it grows.
pub async fn events(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let changes = stream::unfold((shared, None::<i64>), async |(shared, told)| {
        let mut stop = shared.stop.clone();
        loop {
            if *stop.borrow() {
                return None;
            }
            // A store that does not answer now is asked again.
            let last = desk::last_change(&shared.tools.store).await.ok().or(told);
            if let Some(number) = last.filter(|number| told.is_none_or(|told| *number > told)) {
                let event = Event::default().event("changed").data(number.to_string());
                return Some((Ok::<_, Infallible>(event), (shared, Some(number))));
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stopped| *stopped) => return None,
            }
        }
    });
    Sse::new(changes).keep_alive(KeepAlive::new().interval(Duration::from_secs(20)))
}
