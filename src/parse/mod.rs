//! Message bytes to values.
