//! Tests of journey.
