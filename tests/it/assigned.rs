//! How good the assignments are, on inputs that nothing was learnt from, by the program's own `pouch evaluate`. The floors
//! stand below what is measured (docs/assignment.md) and at or above what the project asks for.

use crate::app::App;
use serde_json::Value;

/// What `pouch evaluate` says of a folder of the repository.
fn evaluated(folder: &str) -> Value {
    let app = App::new();
    let dir = format!("{}/fixtures/{folder}", env!("CARGO_MANIFEST_DIR"));
    let json = app.folder.0.join("evaluation.json");
    app.run(&["evaluate", &dir, "--json", json.to_str().unwrap()]);
    serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap()
}

/// The number at a path, or the ratio of a share there.
fn number(of: &Value, path: &str) -> f64 {
    let found = of.pointer(path).unwrap_or_else(|| panic!("{path} is not there"));
    let ratio = || Some(found["part"].as_f64()? / found["whole"].as_f64()?);
    found.as_f64().or_else(ratio).unwrap_or_else(|| panic!("{path} is no number: {found}"))
}

fn assert_at_least(of: &Value, floors: &[(&str, f64)]) {
    let low: Vec<String> = floors
        .iter()
        .map(|(path, floor)| (path, number(of, path), floor))
        .filter(|(_, found, floor)| found < floor)
        .map(|(path, found, floor)| format!("{path} is {found:.3}, below {floor}"))
        .collect();
    assert!(low.is_empty(), "{low:?}");
}

fn assert_each_language(of: &Value, floor: f64) {
    let rows = of.pointer("/languages/rows").and_then(Value::as_array).unwrap();
    assert_eq!(rows.len(), 6, "{rows:?}");
    for row in rows {
        assert!(row["f1"].as_f64().unwrap() >= floor, "{row}");
    }
}

#[test]
fn the_corpus_gets_its_recommendations_in_each_language_with_verbatim_evidence() {
    let found = evaluated("corpus");
    assert_at_least(
        &found,
        &[
            ("/recommendations/micro/f1", 0.85),
            ("/sections/micro/f1", 0.90),
            ("/top", 0.88),
            ("/left_empty", 0.85),
            ("/evidence/verbatim", 1.0),
            ("/evidence/overlapping", 0.55),
        ],
    );
    assert_each_language(&found, 0.70);
}

#[test]
fn inputs_by_another_hand_get_their_recommendations_and_those_about_something_else_get_none() {
    let found = evaluated("other-hand");
    assert_at_least(
        &found,
        &[
            ("/recommendations/micro/f1", 0.88),
            ("/sections/micro/f1", 0.92),
            ("/top", 0.80),
            ("/left_empty", 0.85),
            ("/evidence/verbatim", 1.0),
            ("/evidence/overlapping", 0.75),
        ],
    );
    assert_each_language(&found, 0.78);
    let error = number(&found, "/calibration/expected_error");
    assert!(error < 0.03, "confidences are off by {error:.3}");
}
