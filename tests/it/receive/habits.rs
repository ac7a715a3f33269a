//! What Gmail and Microsoft 365 do that others do not, and that we do as they ask.
