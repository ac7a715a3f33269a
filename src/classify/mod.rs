//! Says what kind a message is, who speaks, and which recommendations it speaks to.
