//! Tests of receive_faults.
