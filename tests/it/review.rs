//! The state table of a revision, and the acts of reviewers.

use pouch::domain::submission::{Change, Rejection, State};
use pouch::domain::{Digest, PersonId, RevisionId, Timestamp};

fn states() -> [State; 6] {
    let (by, at, manifest) = (PersonId("p".into()), Timestamp::UNIX_EPOCH, Digest::of(b"m"));
    [
        State::Queued,
        State::Approved { by: by.clone(), at, manifest },
        State::Published { approved_by: by.clone(), at, manifest },
        State::Rejected { by: by.clone(), at, rejection: Rejection::Other },
        State::Withdrawn { by, at, was_public: false },
        State::Superseded { at, by_revision: RevisionId("r".into()), was_public: false },
    ]
}

fn changes() -> [Change; 6] {
    let (by, at) = (PersonId("p".into()), Timestamp::UNIX_EPOCH);
    [
        Change::Approve { by: by.clone(), at, manifest: Digest::of(b"m") },
        Change::Reject { by: by.clone(), at, rejection: Rejection::Other },
        Change::Publish { at },
        Change::Supersede { at, by_revision: RevisionId("r".into()) },
        Change::Withdraw { by: by.clone(), at },
        Change::Reopen { by, at },
    ]
}

#[test]
fn every_pair_of_state_and_change_ends_as_the_table_says() {
    // Rows: queued, approved, published, rejected, withdrawn, superseded.
    // Columns: approve, reject, publish, supersede, withdraw, reopen.
    let table = [
        ["approved", "rejected", "-", "superseded", "withdrawn", "-"],
        ["-", "-", "published", "superseded", "withdrawn", "queued"],
        ["-", "-", "-", "superseded", "withdrawn", "-"],
        ["-", "-", "-", "superseded", "-", "queued"],
        ["-", "-", "-", "-", "-", "queued"],
        ["-", "-", "-", "-", "-", "queued"],
    ];
    for (state, row) in states().into_iter().zip(table) {
        for (change, expected) in changes().iter().zip(row) {
            let after = state.clone().after(change);
            let found = after.as_ref().map_or("-", |state| state.name());
            assert_eq!(found, expected, "{} then {}", state.name(), change.as_participle());
        }
    }
}

#[test]
fn withdrawing_a_public_revision_remembers_that_it_was_public() {
    let [_, _, published, ..] = states();
    let [.., withdraw, _] = changes();
    assert!(matches!(published.after(&withdraw), Ok(State::Withdrawn { was_public: true, .. })));
    assert!(matches!(State::Queued.after(&withdraw), Ok(State::Withdrawn { was_public: false, .. })));
}
