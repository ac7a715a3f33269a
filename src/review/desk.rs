//! What the queue page, the interface for programs and the command line list, count and search: rows that are ready made, so
//! that a hundred thousand entries are as quick as ten. Shows what is; decides nothing.

mod filter;
mod labels;
mod making;

pub use filter::{Cursor, Filter, List};
pub use labels::{Badge, NO_RECOMMENDATION, badges};
pub use making::{catch_up, prepare, renew, round};

use super::queue::{Item, items_of};
use crate::domain::Timestamp;
use crate::pipeline::Tools;
use crate::store::desk::Row;
use crate::store::search::{self, Wanted};
use crate::store::{self, desk};
use std::collections::{BTreeMap, BTreeSet};

/// Entries of one page at most.
pub const MOST: usize = 100;

/// Results are counted up to here: nobody reads on.
pub const MOST_COUNTED: usize = 1_000;

/// Entries that are looked at for one page where the index alone cannot tell (phrases); the next page goes on behind them.
const LOOKED_AT: usize = 250;

/// So many changes since the last visit are looked through one by one.
const FEW_CHANGES: i64 = 1_000;

/// Notes that are worked before something is shown: the acts of the person who looks.
const FEW_NOTES: i64 = 10;

/// How far behind is told up to here.
const MOST_BEHIND: i64 = 100_000;

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub items: Vec<Item>,
    /// Where the next page begins; a page may be short, or empty, and still have a next one.
    pub next: Option<Cursor>,
    /// Changes that do not show yet: mail comes in faster than rows are made.
    pub behind: u64,
    /// Why nothing was looked for, in words.
    pub says: Option<String>,
}

/// How many there are.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Of each list, whatever else the filter says.
    pub lists: BTreeMap<List, u64>,
    /// Of the filter's list: by `recommendation`, `section`, `language`, `kind`, `badge`, `day`, and the value; whatever else the
    /// filter says.
    pub facets: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// What the whole filter lets through, if it says more than the list.
    pub found: Option<Found>,
    pub behind: u64,
}

/// Results, counted up to `MOST_COUNTED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub count: u64,
    /// Whether there are more than that.
    pub more: bool,
}

/// What became of an entry.
#[derive(Clone, Debug)]
pub struct Change {
    /// Grows with each change.
    pub number: i64,
    pub id: String,
    /// `None`: it is no entry any more.
    pub item: Option<Item>,
}

/// A page of what the filter lets through, behind `after`: oldest first; what was decided or set aside, newest first.
///
/// # Errors
/// If the store does not answer.
pub async fn list(
    tools: &Tools,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
    now: Timestamp,
) -> store::Result<Page> {
    let behind = show_what_is_new(tools, now).await?;
    let Some(looked_for) = LookedFor::of(tools, filter).await? else {
        let says = Some("There is no word in the search: only punctuation.".into());
        return Ok(Page { behind, says, ..Page::default() });
    };
    let (places, next) =
        looked_for.places(tools, after.map(|one| one.0), filter.list.newest_first(), limit.clamp(1, MOST)).await?;
    let mut rows: BTreeMap<i64, Row> =
        desk::rows_at(&tools.store, &places).await?.into_iter().map(|row| (row.seq, row)).collect();
    let rows = places.iter().filter_map(|place| rows.remove(place)).collect();
    Ok(Page { items: read(tools, rows).await?, next: next.map(Cursor), behind, says: None })
}

/// Numbers for tabs and filters.
///
/// # Errors
/// If the store does not answer.
pub async fn counts(tools: &Tools, filter: &Filter, now: Timestamp) -> store::Result<Counts> {
    let mut counts = Counts { behind: show_what_is_new(tools, now).await?, ..Counts::default() };
    for list in List::ALL {
        counts.lists.insert(list, 0);
    }
    for (row_list, label, entries) in desk::counts(&tools.store).await? {
        let entries = u64::try_from(entries).unwrap_or(0);
        for list in List::ALL.into_iter().filter(|list| list.has(&row_list)) {
            if list.state().map_or(label.is_empty(), |state| label == format!("state:{state}")) {
                *counts.lists.entry(list).or_default() += entries;
            }
        }
        // What is public is a part of what was decided, and has labels of its own to be counted by.
        let label = match filter.list {
            List::Published => label.strip_prefix(labels::PUBLIC),
            _ => Some(label.as_str()),
        };
        let facet = label
            .and_then(|label| label.split_once(':'))
            .and_then(|(facet, value)| Some((filter::facet(facet)?, value)));
        if let (Some((facet, value)), true) = (facet, filter.list.has(&row_list)) {
            *counts.facets.entry(facet).or_default().entry(value.to_string()).or_default() += entries;
        }
    }
    if !filter.is_whole_list() {
        counts.found = Some(match LookedFor::of(tools, filter).await? {
            None => Found { count: 0, more: false },
            Some(looked_for) => looked_for.count(tools).await?,
        });
    }
    Ok(counts)
}

/// The entries before and behind one in the list that the filter makes, also when that one itself is not in it any more.
///
/// # Errors
/// If the store does not answer.
pub async fn neighbours(
    tools: &Tools,
    filter: &Filter,
    id: &str,
    now: Timestamp,
) -> store::Result<(Option<String>, Option<String>)> {
    show_what_is_new(tools, now).await?;
    let row = desk::rows(&tools.store, &[id.to_string()]).await?.pop();
    let (Some(row), Some(looked_for)) = (row, LookedFor::of(tools, filter).await?) else { return Ok((None, None)) };
    let newest_first = filter.list.newest_first();
    let (before, _) = looked_for.places(tools, Some(row.seq), !newest_first, 1).await?;
    let (behind, _) = looked_for.places(tools, Some(row.seq), newest_first, 1).await?;
    let both: Vec<i64> = before.iter().chain(&behind).copied().collect();
    let rows = desk::rows_at(&tools.store, &both).await?;
    let id_at = |place: Option<&i64>| rows.iter().find(|row| Some(&row.seq) == place).map(|row| row.item_id.clone());
    Ok((id_at(before.first()), id_at(behind.first())))
}

/// What changed after a change, in order, at most `limit`; for live pages. The number of the last one is where to go on.
///
/// # Errors
/// If the store does not answer.
pub async fn changes_since(tools: &Tools, number: i64, limit: usize) -> store::Result<Vec<Change>> {
    let rows = desk::changed_after(&tools.store, number, limit as i64).await?;
    let numbers: Vec<(i64, String)> = rows.iter().map(|row| (row.change, row.item_id.clone())).collect();
    let is_entry = |row: &Row| row.list != desk::NO_LIST;
    let items = read(tools, rows.into_iter().filter(is_entry).collect()).await?;
    let mut items: BTreeMap<String, Item> = items.into_iter().map(|item| (item.id.clone(), item)).collect();
    Ok(numbers.into_iter().map(|(number, id)| Change { number, item: items.remove(&id), id }).collect())
}

/// The number of the last change: what a visitor has seen.
///
/// # Errors
/// If the store does not answer.
pub async fn last_change(tools: &Tools) -> store::Result<i64> {
    desk::last_change(&tools.store).await
}

/// Makes rows anew if that is done at once; how many changes do not show yet.
async fn show_what_is_new(tools: &Tools, now: Timestamp) -> store::Result<u64> {
    let store = &tools.store;
    let mut notes = desk::dirty_count(store, FEW_NOTES + 1).await?;
    // A round may note others, as the entries that name a changed title.
    for _ in 0..3 {
        if notes == 0 || notes > FEW_NOTES {
            break;
        }
        making::round_of(tools, FEW_NOTES, now).await?;
        notes = desk::dirty_count(store, FEW_NOTES + 1).await?;
    }
    let behind = if notes == 0 { 0 } else { desk::dirty_count(store, MOST_BEHIND).await? };
    Ok(u64::try_from(behind).unwrap_or(0))
}

/// The entries of rows, in the order of the rows; those that cannot be read, as from another version, are put together.
async fn read(tools: &Tools, rows: Vec<Row>) -> store::Result<Vec<Item>> {
    let mut odd = Vec::new();
    let mut items: Vec<Result<Item, String>> = Vec::with_capacity(rows.len());
    for row in rows {
        items.push(serde_json::from_str(&row.item).map_err(|_| {
            odd.push(row.item_id.clone());
            row.item_id
        }));
    }
    let mut made: BTreeMap<String, Item> = BTreeMap::new();
    if !odd.is_empty() {
        let items = items_of(&tools.store, &tools.config, &odd).await?;
        made.extend(items.into_iter().map(|item| (item.id.clone(), item)));
    }
    Ok(items.into_iter().filter_map(|one| one.map_or_else(|id| made.remove(&id), Some)).collect())
}

/// What a filter asks of the index.
struct LookedFor {
    wanted: Wanted,
    phrases: Vec<String>,
    since: Option<i64>,
    /// Few have changed since: then only these are looked at. In order.
    changed: Option<Vec<i64>>,
}

impl LookedFor {
    /// `None`: there is a search, but no word in it.
    async fn of(tools: &Tools, filter: &Filter) -> store::Result<Option<Self>> {
        let query = search::understood(&filter.search);
        if query.is_empty() && !filter.search.trim().is_empty() {
            return Ok(None);
        }
        let wanted = Wanted { list: filter.list.row_list(), labels: filter.labels(), terms: query.terms };
        let mut looked_for = Self { wanted, phrases: query.phrases, since: filter.changed_since, changed: None };
        if let Some(since) = filter.changed_since {
            looked_for.changed = looked_for.few_changed(tools, since).await?;
        }
        Ok(Some(looked_for))
    }

    async fn few_changed(&self, tools: &Tools, since: i64) -> store::Result<Option<Vec<i64>>> {
        let changed = desk::places_changed_after(&tools.store, since, FEW_CHANGES + 1).await?;
        if changed.len() as i64 > FEW_CHANGES {
            return Ok(None);
        }
        let fits = |(_, list, labels): &&(i64, String, String)| {
            let labels: BTreeSet<&str> = labels.split(' ').collect();
            self.wanted.list.as_ref().is_none_or(|wanted| wanted == list)
                && self.wanted.labels.iter().all(|group| group.iter().any(|label| labels.contains(label.as_str())))
        };
        let mut places: Vec<i64> = changed.iter().filter(fits).map(|(place, _, _)| *place).collect();
        if !self.wanted.terms.is_empty() {
            places = search::among(&tools.store, &self.wanted, &places).await?;
        }
        places.sort_unstable();
        Ok(Some(places))
    }

    /// At most `limit` places in order, and where to go on if there are, or may be, more.
    async fn places(
        &self,
        tools: &Tools,
        mut after: Option<i64>,
        newest_first: bool,
        limit: usize,
    ) -> store::Result<(Vec<i64>, Option<i64>)> {
        let is_sure = self.phrases.is_empty() && (self.since.is_none() || self.changed.is_some());
        let step = if is_sure { limit + 1 } else { LOOKED_AT };
        let (mut found, mut looked_at) = (Vec::new(), 0);
        loop {
            let some = self.candidates(tools, after, newest_first, step).await?;
            looked_at += some.len();
            found.extend(if is_sure { some.clone() } else { self.checked(tools, &some).await? });
            if found.len() > limit {
                found.truncate(limit);
                let last = found.last().copied();
                return Ok((found, last));
            }
            if some.len() < step {
                return Ok((found, None));
            }
            after = some.last().copied();
            if looked_at >= LOOKED_AT {
                return Ok((found, after));
            }
        }
    }

    async fn count(&self, tools: &Tools) -> store::Result<Found> {
        let by_index = self.phrases.is_empty() && self.since.is_none();
        let is_narrowed = !self.wanted.labels.is_empty() || !self.wanted.terms.is_empty();
        if by_index && is_narrowed {
            let count = search::count(&tools.store, &self.wanted, MOST_COUNTED as i64 + 1).await?;
            let count = usize::try_from(count).unwrap_or(0);
            return Ok(Found { count: count.min(MOST_COUNTED) as u64, more: count > MOST_COUNTED });
        }
        let (places, next) = self.places(tools, None, false, MOST_COUNTED).await?;
        Ok(Found { count: places.len() as u64, more: next.is_some() })
    }

    async fn candidates(
        &self,
        tools: &Tools,
        after: Option<i64>,
        newest_first: bool,
        limit: usize,
    ) -> store::Result<Vec<i64>> {
        if let Some(changed) = &self.changed {
            let is_behind =
                |place: &&i64| after.is_none_or(|after| if newest_first { **place < after } else { **place > after });
            let mut behind: Vec<i64> = changed.iter().filter(is_behind).copied().collect();
            if newest_first {
                behind.reverse();
            }
            behind.truncate(limit);
            return Ok(behind);
        }
        if self.wanted.labels.is_empty() && self.wanted.terms.is_empty() {
            let list = self.wanted.list.as_deref();
            return desk::places(&tools.store, list, after, newest_first, limit as i64).await;
        }
        search::find(&tools.store, &self.wanted, after, newest_first, limit as i64).await
    }

    /// Those of some places that have all phrases, and changed since, in the same order.
    async fn checked(&self, tools: &Tools, places: &[i64]) -> store::Result<Vec<i64>> {
        let mut fits = desk::with_phrases(&tools.store, places, &self.phrases).await?;
        if let Some(since) = self.since.filter(|_| self.changed.is_none()) {
            let changed = desk::changed_of(&tools.store, places, since).await?;
            fits.retain(|place| changed.contains(place));
        }
        Ok(places.iter().filter(|place| fits.contains(place)).copied().collect())
    }
}
