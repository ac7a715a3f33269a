//! Rows of what makes messages comparable, of proposals that two belong together, and of what persons decided. Compares
//! nothing.

use super::desk::Subject;
use super::rows::{from_json, json, micros, rows_of, time, word};
use super::{Result, Store, Tx};
use crate::domain::classification::MessageKind;
use crate::domain::relation::{Likeness, Relation, RelationKind};
use crate::domain::{MessageId, PersonId, Timestamp};
use std::collections::BTreeSet;

/// A proposal with what was decided about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelationLine {
    pub relation: Relation,
    pub decided: Option<Decided>,
}

/// A decision with who made it and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    pub confirmed: bool,
    pub by: PersonId,
    pub reason: String,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    message_id: String,
    other_id: String,
    kind: String,
    similarity: i64,
    reason: String,
    decision: Option<String>,
    decided_by: Option<String>,
    decided_why: Option<String>,
    decided_at: Option<i64>,
}

impl Row {
    fn line(self) -> Result<RelationLine> {
        let decided = match (self.decision, self.decided_by) {
            (Some(decision), Some(by)) => Some(Decided {
                confirmed: decision == "confirmed",
                by: PersonId(by),
                reason: self.decided_why.unwrap_or_default(),
                at: time(self.decided_at.unwrap_or_default()),
            }),
            _ => None,
        };
        let relation = Relation {
            message: MessageId(self.message_id),
            other: MessageId(self.other_id),
            kind: word(&self.kind)?,
            similarity: u8::try_from(self.similarity).unwrap_or(0),
            reason: self.reason,
        };
        Ok(RelationLine { relation, decided })
    }
}

/// Keeps what makes a message comparable, in the place of what was kept before.
pub async fn keep_likeness(tx: &mut Tx, likeness: &Likeness, keys: &BTreeSet<(String, String)>) -> Result<()> {
    sqlx::query(
        "insert into likenesses (message_id, likeness) values ($1, $2)
         on conflict (message_id) do update set likeness = excluded.likeness",
    )
    .bind(likeness.message.as_str())
    .bind(json(likeness)?)
    .execute(&mut **tx)
    .await?;
    sqlx::query("delete from likeness_keys where message_id = $1")
        .bind(likeness.message.as_str())
        .execute(&mut **tx)
        .await?;
    for (key, wants) in keys {
        sqlx::query("insert into likeness_keys (key, message_id, wants) values ($1, $2, $3)")
            .bind(key)
            .bind(likeness.message.as_str())
            .bind(wants)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// What makes a message comparable, if it was classified.
pub async fn likeness(store: &Store, id: &MessageId) -> Result<Option<Likeness>> {
    let row: Option<(String, String)> = sqlx::query_as(
        "select l.likeness, m.outcome from likenesses l join messages m on m.id = l.message_id where l.message_id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(store.pool())
    .await?;
    row.map(|(text, outcome)| as_decided(&text, &outcome)).transpose()
}

/// What a person made a submission is one, whatever the classifier said of it, unless it corrects or takes something back.
fn as_decided(text: &str, outcome: &str) -> Result<Likeness> {
    let mut likeness: Likeness = from_json(text)?;
    let says = matches!(likeness.kind, MessageKind::Correction | MessageKind::Withdrawal);
    if outcome == "submission" && !says {
        likeness.kind = MessageKind::Submission;
    }
    Ok(likeness)
}

/// Other messages that a message should be compared with, those with most in common first, and whether they came before it.
pub async fn candidates(store: &Store, id: &MessageId, most: u32) -> Result<Vec<(Likeness, bool)>> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "select l.likeness, m.outcome,
                case when m.first_seen < o.first_seen or (m.first_seen = o.first_seen and m.id < o.id) then 1 else 0 end
           from (select b.message_id, count(*) as common
                   from likeness_keys a join likeness_keys b on b.key = a.wants
                  where a.message_id = $1 and b.message_id <> $1
                  group by b.message_id
                  order by common desc, b.message_id
                  limit $2) c
           join likenesses l on l.message_id = c.message_id
           join messages m on m.id = c.message_id
           join messages o on o.id = $1
          order by c.common desc, c.message_id",
    )
    .bind(id.as_str())
    .bind(i64::from(most))
    .fetch_all(store.pool())
    .await?;
    let line = |(text, outcome, before): (String, String, i64)| Ok((as_decided(&text, &outcome)?, before == 1));
    rows.into_iter().map(line).collect()
}

/// Proposals about one message, as the newer or the older one, or all; those of the oldest messages first.
pub async fn lines(store: &Store, message: Option<&MessageId>) -> Result<Vec<RelationLine>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select message_id, other_id, kind, similarity, reason, decision, decided_by, decided_why, decided_at
           from relations
          where $1 is null or message_id = $1 or other_id = $1
          order by message_id, other_id",
    )
    .bind(message.map(MessageId::as_str))
    .fetch_all(store.pool())
    .await?;
    rows.into_iter().map(Row::line).collect()
}

/// Proposals about some messages, as the newer or the older one.
pub async fn lines_of(store: &Store, messages: &[String]) -> Result<Vec<RelationLine>> {
    let text = "select message_id, other_id, kind, similarity, reason, decision, decided_by, decided_why, decided_at
                  from relations where message_id in (#)
                 union
                select message_id, other_id, kind, similarity, reason, decision, decided_by, decided_why, decided_at
                  from relations where other_id in (#)";
    let rows: Vec<Row> = rows_of(store, text, messages).await?;
    let mut lines: Vec<RelationLine> = rows.into_iter().map(Row::line).collect::<Result<_>>()?;
    lines.sort_by(|a, b| (&a.relation.message, &a.relation.other).cmp(&(&b.relation.message, &b.relation.other)));
    lines.dedup();
    Ok(lines)
}

/// Writes a proposal. False: it is known, or a person has decided about these two.
pub async fn propose(tx: &mut Tx, relation: &Relation) -> Result<bool> {
    let written = sqlx::query(
        "insert into relations (message_id, other_id, kind, similarity, reason) values ($1, $2, $3, $4, $5)
         on conflict (message_id, other_id) do update
            set kind = excluded.kind, similarity = excluded.similarity, reason = excluded.reason
          where relations.decision is null and relations.kind <> excluded.kind",
    )
    .bind(relation.message.as_str())
    .bind(relation.other.as_str())
    .bind(relation.kind.as_str())
    .bind(i64::from(relation.similarity))
    .bind(&relation.reason)
    .execute(&mut **tx)
    .await?;
    tx.touch(Subject::Message, relation.message.as_str());
    tx.touch(Subject::Message, relation.other.as_str());
    Ok(written.rows_affected() == 1)
}

/// Whether anything of a kind is proposed or decided of a message as the newer one.
pub async fn has_one(tx: &mut Tx, message: &MessageId, kind: RelationKind) -> Result<bool> {
    let row: Option<(String,)> =
        sqlx::query_as("select other_id from relations where message_id = $1 and kind = $2 limit 1")
            .bind(message.as_str())
            .bind(kind.as_str())
            .fetch_optional(&mut **tx)
            .await?;
    Ok(row.is_some())
}

/// Writes what a person decided, also about two messages of which nothing was proposed; a later decision takes the place
/// of an earlier one.
pub async fn decide(tx: &mut Tx, relation: &Relation, decided: &Decided) -> Result<()> {
    sqlx::query(
        "insert into relations (message_id, other_id, kind, similarity, reason, decision, decided_by, decided_why, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (message_id, other_id) do update
            set kind = excluded.kind, decision = excluded.decision, decided_by = excluded.decided_by,
                decided_why = excluded.decided_why, decided_at = excluded.decided_at",
    )
    .bind(relation.message.as_str())
    .bind(relation.other.as_str())
    .bind(relation.kind.as_str())
    .bind(i64::from(relation.similarity))
    .bind(&relation.reason)
    .bind(if decided.confirmed { "confirmed" } else { "refused" })
    .bind(decided.by.as_str())
    .bind(&decided.reason)
    .bind(micros(decided.at))
    .execute(&mut **tx)
    .await?;
    tx.touch(Subject::Message, relation.message.as_str());
    tx.touch(Subject::Message, relation.other.as_str());
    Ok(())
}

/// Messages with an undecided proposal that a person has to decide on, each with the id under which lists show it; what is
/// set aside waits for nobody.
pub async fn undecided(store: &Store) -> Result<Vec<(MessageId, String)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select distinct m.id, coalesce(m.submission_id, m.id)
           from relations r join messages m on m.id = r.message_id
          where r.decision is null and m.outcome <> 'set-aside'
            and r.kind in ('withdrawal', 'forwarded', 'duplicate', 'revision', 'annex')
          order by m.id",
    )
    .fetch_all(store.pool())
    .await?;
    Ok(rows.into_iter().map(|(id, item)| (MessageId(id), item)).collect())
}
