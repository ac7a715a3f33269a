//! What lies behind the shapes of a slide: the background and the shapes of its layout and master, and the places of the
//! placeholders there (ECMA-376 part 1, 19.3.1). Says nothing of text.

use super::archive::{Archive, Stop};
use super::colour::{Ink, Theme};
use super::cover::{Area, Placed};
use super::package;
use super::slide::{Shape, Slide};
use super::xml;
use std::collections::HashMap;

/// What a slide stands on.
#[derive(Debug, Default)]
pub(super) struct Backdrop {
    pub theme: Theme,
    /// The colour of the background.
    pub ground: Ink,
    /// Shapes of the master and the layout.
    pub below: Vec<Placed>,
    /// Placeholders: kind, number, place; those of the layout first.
    holders: Vec<(String, String, Area)>,
    /// Width and height of a slide.
    pub size: Option<(f64, f64)>,
}

impl Backdrop {
    /// Where a placeholder of this kind and number stands.
    pub fn place(&self, kind: &str, number: &str) -> Option<Area> {
        let same = |one: &str| kind_of(one) == kind_of(kind);
        let by_number = self.holders.iter().find(|(_, one, _)| !number.is_empty() && one == number);
        let found = by_number.or_else(|| self.holders.iter().find(|(one, _, _)| same(one)));
        found.map(|(_, _, area)| *area).filter(|_| !kind.is_empty())
    }

    /// Reads what lies behind a slide with these relations.
    pub fn of_slide(
        archive: &mut Archive<'_>,
        relations: &[package::Relation],
        size: Option<(f64, f64)>,
    ) -> Result<Self, Stop> {
        let mut backdrop = Self { size, ground: Ink::Unset, ..Self::default() };
        let Some(layout) = package::target_of(relations, "slideLayout").map(String::from) else { return Ok(backdrop) };
        let of_layout = package::relations(archive, &layout)?;
        if let Some(master) = package::target_of(&of_layout, "slideMaster").map(String::from) {
            let of_master = package::relations(archive, &master)?;
            if let Some(xml) = match package::target_of(&of_master, "theme") {
                Some(theme) => archive.xml(theme)?,
                None => None,
            } {
                backdrop.theme = Theme::read(&xml);
            }
            if let Some(xml) = archive.xml(&master)? {
                backdrop.theme.rename(&xml);
                backdrop.add(&xml);
            }
        }
        if let Some(xml) = archive.xml(&layout)? {
            backdrop.add(&xml);
        }
        // Without a word on it, paper is white.
        backdrop.ground = match backdrop.ground {
            Ink::Unset | Ink::Auto => backdrop.theme.of("bg1").map_or(Ink::Unknown, Ink::Is),
            ink => ink,
        };
        Ok(backdrop)
    }

    fn add(&mut self, xml: &str) {
        let related = HashMap::new();
        let (shapes, ground) = {
            let mut reader = Slide::new(&related, self, xml);
            let _ = xml::walk(xml, &mut reader);
            (reader.all(), reader.background)
        };
        self.ground = ground.or(self.ground);
        let mut holders = Vec::new();
        for Shape { placeholder, number, placed, .. } in shapes {
            if placeholder.is_empty() {
                self.below.push(placed);
            } else if let Some(area) = placed.area {
                holders.push((placeholder, number, area));
            }
        }
        holders.append(&mut self.holders);
        self.holders = holders;
    }
}

/// Kinds that stand for each other.
fn kind_of(kind: &str) -> &str {
    match kind {
        "ctrTitle" => "title",
        "subTitle" | "obj" | "tbl" | "chart" | "pic" | "dgm" | "media" => "body",
        other => other,
    }
}
