//! Style sheets, as far as they decide whether words are seen: parsed, matched against open elements, cascaded. Draws
//! nothing: no boxes, no layout, no fonts.

mod calc;
mod cascade;
mod colour;
mod declaration;
mod media;
mod selector;
mod sheet;

pub(super) use calc::Length;
pub(super) use cascade::{Cascade, Sibling, Styled};
pub(super) use colour::{Rgba, near, of_attribute, over};
pub(super) use declaration::{Display, Prop, Value, declare, is_far, style_attribute};
pub(super) use media::{PRINT, SCREEN};
pub(super) use selector::{Lineage, Traits};
pub(super) use sheet::Sheets;
