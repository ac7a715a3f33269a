//! Rows of who is here now: sessions, sign-ins that failed, who looks at which entry. Holds hashes of cookies only.

use super::rows::{micros, time};
use super::{Result, Store, Tx};
use crate::domain::{Digest, PersonId, Timestamp};

/// One browser of one person.
#[derive(Clone, Debug)]
pub struct Session {
    pub hash: Digest,
    pub person: PersonId,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub until_at: Timestamp,
    pub agent: String,
}

type SessionRow = (String, String, i64, i64, i64, String);

fn session_of((hash, person, created_at, seen_at, until_at, agent): SessionRow) -> Result<Session> {
    Ok(Session {
        hash: super::rows::digest(&hash)?,
        person: PersonId(person),
        created_at: time(created_at),
        seen_at: time(seen_at),
        until_at: time(until_at),
        agent,
    })
}

/// Begins a session.
pub async fn begin_session(tx: &mut Tx, one: &Session) -> Result<()> {
    sqlx::query(
        "insert into sessions (hash, person_id, created_at, seen_at, until_at, agent) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(one.hash.to_string())
    .bind(one.person.as_str())
    .bind(micros(one.created_at))
    .bind(micros(one.seen_at))
    .bind(micros(one.until_at))
    .bind(&one.agent)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The session behind a cookie, if it has not run out.
pub async fn session(store: &Store, hash: Digest, now: Timestamp) -> Result<Option<Session>> {
    let row: Option<SessionRow> = sqlx::query_as(
        "select hash, person_id, created_at, seen_at, until_at, agent from sessions where hash = $1 and until_at > $2",
    )
    .bind(hash.to_string())
    .bind(micros(now))
    .fetch_optional(store.pool())
    .await?;
    row.map(session_of).transpose()
}

/// The live sessions of a person, the last seen first.
pub async fn sessions_of(store: &Store, person: &PersonId, now: Timestamp) -> Result<Vec<Session>> {
    let rows: Vec<SessionRow> = sqlx::query_as(
        "select hash, person_id, created_at, seen_at, until_at, agent
           from sessions where person_id = $1 and until_at > $2 order by seen_at desc",
    )
    .bind(person.as_str())
    .bind(micros(now))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(session_of).collect()
}

/// Notes that a session was used, and until when it holds.
pub async fn see_session(store: &Store, hash: Digest, until: Timestamp, now: Timestamp) -> Result<()> {
    sqlx::query("update sessions set seen_at = $1, until_at = $2 where hash = $3")
        .bind(micros(now))
        .bind(micros(until))
        .bind(hash.to_string())
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Ends a session, if it is that person's; false if it is not.
pub async fn end_session(store: &Store, person: &PersonId, hash: Digest) -> Result<bool> {
    let done = sqlx::query("delete from sessions where hash = $1 and person_id = $2")
        .bind(hash.to_string())
        .bind(person.as_str())
        .execute(store.pool())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends all sessions of a person but one.
pub async fn end_sessions(tx: &mut Tx, person: &PersonId, but: Option<Digest>) -> Result<()> {
    sqlx::query("delete from sessions where person_id = $1 and hash <> $2")
        .bind(person.as_str())
        .bind(but.map(|hash| hash.to_string()).unwrap_or_default())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Removes what has run out: sessions, and failed sign-ins older than `before`.
pub async fn sweep(store: &Store, before: Timestamp, now: Timestamp) -> Result<()> {
    sqlx::query("delete from sessions where until_at <= $1").bind(micros(now)).execute(store.pool()).await?;
    sqlx::query("delete from failed_sign_ins where at < $1").bind(micros(before)).execute(store.pool()).await?;
    sqlx::query("delete from presence where seen_at < $1").bind(micros(before)).execute(store.pool()).await?;
    Ok(())
}

/// Notes that a sign-in failed.
pub async fn note_failed(store: &Store, tried: &str, now: Timestamp) -> Result<()> {
    sqlx::query("insert into failed_sign_ins (tried, at) values ($1, $2)")
        .bind(tried)
        .bind(micros(now))
        .execute(store.pool())
        .await?;
    Ok(())
}

/// How many sign-ins failed since a time, and when the last one did.
pub async fn failed_since(store: &Store, tried: &str, since: Timestamp) -> Result<(u64, Option<Timestamp>)> {
    let (count, last): (i64, Option<i64>) =
        sqlx::query_as("select count(*), max(at) from failed_sign_ins where tried = $1 and at > $2")
            .bind(tried)
            .bind(micros(since))
            .fetch_one(store.pool())
            .await?;
    Ok((count as u64, last.map(time)))
}

/// Forgets failed sign-ins: one succeeded.
pub async fn forget_failed(store: &Store, tried: &str) -> Result<()> {
    sqlx::query("delete from failed_sign_ins where tried = $1").bind(tried).execute(store.pool()).await?;
    Ok(())
}

/// Notes that a person looks at an entry.
pub async fn look_at(store: &Store, item: &str, person: &PersonId, now: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into presence (item_id, person_id, seen_at) values ($1, $2, $3)
         on conflict (item_id, person_id) do update set seen_at = excluded.seen_at",
    )
    .bind(item)
    .bind(person.as_str())
    .bind(micros(now))
    .execute(store.pool())
    .await?;
    Ok(())
}

/// Notes that a person no longer looks at an entry.
pub async fn look_away(store: &Store, item: &str, person: &PersonId) -> Result<()> {
    sqlx::query("delete from presence where item_id = $1 and person_id = $2")
        .bind(item)
        .bind(person.as_str())
        .execute(store.pool())
        .await?;
    Ok(())
}

/// Names of the others who looked at an entry since a time.
pub async fn others_at(store: &Store, item: &str, me: &PersonId, since: Timestamp) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = sqlx::query_as(
        "select p.name from presence s join people p on p.id = s.person_id
          where s.item_id = $1 and s.person_id <> $2 and s.seen_at > $3 order by p.name",
    )
    .bind(item)
    .bind(me.as_str())
    .bind(micros(since))
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(name,)| name).collect())
}
