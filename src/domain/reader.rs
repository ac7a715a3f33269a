//! The words that the service and its reading children say to each other: the extractor, which runs libraries, and the
//! tool runner, which runs programs. Values only.

use super::authenticity::SignatureCheck;
use super::extraction::{Extraction, Gate};
use super::message::ParsedMessage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the service asks of a child. `Load` is followed by `size_bytes` raw bytes on the pipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "ask")]
pub enum Request {
    /// Which protections does it run under, and which programs does it have?
    Hello,
    /// Take these bytes as what the next requests are about: a message, or with a file name one file, which then is the
    /// part `1` of a message without header.
    Load {
        size_bytes: u64,
        file_name: Option<String>,
    },
    Parse,
    /// The text of the part with this path. `again`: reading it ended a child, so what can be left out is.
    Extract {
        path: String,
        again: bool,
    },
    /// The decoded bytes of the part with this path.
    Bytes {
        path: String,
    },
    /// A page of the PDF or picture with this path, as grey pixels.
    Render {
        path: String,
        page: u32,
    },
    /// How many pages the PDF or picture with this path has.
    Pages {
        path: String,
    },
    /// One of them, for a screen.
    Screen {
        path: String,
        page: u32,
    },
    /// Office runner: the loaded office file as PDF; `ending` is that of its kind, as `docx`.
    Print {
        ending: String,
    },
    /// A page of the PDF or picture with this path with places filled: those where `words` stand (each with how often it
    /// must be found), and `places`, in shares of its width and height. Without `anyway`, no picture is given if some words
    /// are not found so often.
    Cover {
        path: String,
        page: u32,
        words: Vec<(String, usize)>,
        places: Vec<Place>,
        anyway: bool,
    },
    /// Whether removed words stand in the bytes of the part with this path, or in what is packed in them.
    Search {
        path: String,
        words: Vec<String>,
    },
    /// Under which names the keys of the message's signatures lie.
    KeyNames,
    /// What the message's signatures are worth, with these keys by name; `None`: it could not be had.
    Signatures {
        keys: BTreeMap<String, Option<String>>,
    },
    /// Tool runner: the text layer of the loaded PDF, page by page, by pdftotext.
    PdfText,
    /// Tool runner: as `Recognise`, but each word with its place.
    Locate {
        languages: Vec<String>,
    },
    /// Tool runner: the words in the loaded picture (PGM), by tesseract. `languages` are those that are likely (ISO
    /// 639-1), the likeliest first.
    Recognise {
        languages: Vec<String>,
    },
}

/// What a child answers. `Bytes`, `Picture` and `Screen` are followed by `size_bytes` raw bytes on the pipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Response {
    Hello {
        protections: Protections,
        programs: Programs,
    },
    Loaded,
    Parsed {
        message: Box<ParsedMessage>,
    },
    /// Still at work on it, now at page `pages`; the answer follows.
    Progress {
        pages: u32,
    },
    /// `readings` are the other texts that a page has, for a page that the library engines do not agree on.
    Extracted {
        extraction: Extraction,
        readings: Vec<Reading>,
    },
    Bytes {
        size_bytes: u64,
    },
    /// Binary PGM (P5), eight bits a pixel.
    Picture {
        size_bytes: u64,
    },
    Pages {
        count: u32,
    },
    /// PNG; its size in pixels.
    Screen {
        size_bytes: u64,
        width: u32,
        height: u32,
    },
    /// A page with filled places, or which of the words were not found so often (then no bytes follow).
    Covered {
        size_bytes: u64,
        page: CoveredPage,
        missing: Vec<usize>,
    },
    /// Each recognised word with its place.
    Located {
        words: Vec<(String, Place)>,
    },
    /// Words that were found, each with its place; `complete`: all of the part was looked at.
    Searched {
        found: Vec<(String, String)>,
        complete: bool,
    },
    KeyNames {
        names: Vec<String>,
    },
    Signatures {
        checks: Vec<SignatureCheck>,
    },
    /// One text a page, in order.
    PdfText {
        engine: String,
        pages: Vec<String>,
    },
    /// `confidence` is the mean of the words, from 0 to 100; without words there is none.
    Recognised {
        engine: String,
        text: String,
        confidence: Option<f64>,
    },
    /// No such part, nothing is loaded, or no such program; in words.
    Refused {
        reason: String,
    },
}

/// Left, top, right and bottom, in shares of a page's width and height.
pub type Place = [f64; 4];

/// With what places are filled, in each channel. Light enough that recognition takes it for paper: it leaves out whole lines
/// that have black boxes in them, and would not see what was left beside one.
pub const FILL: u8 = 190;

/// A page as a picture, in one stream of a PDF.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CoveredPage {
    /// In pixels.
    pub width: u32,
    pub height: u32,
    /// In points.
    pub width_points: f64,
    pub height_points: f64,
    /// One channel, or three.
    pub grey: bool,
    /// JPEG, or deflated.
    pub jpeg: bool,
    /// What was filled.
    pub filled: Vec<Place>,
}

/// What one engine read on one page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// From 1.
    pub page: u32,
    pub engine: String,
    pub gate: Gate,
    pub text: String,
}

/// Which protections a child runs under; what is missing is said to the operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protections {
    /// As `memory limit`, `no file system (Landlock)`.
    pub active: Vec<String>,
    /// With the reason.
    pub missing: Vec<String>,
}

/// The programs that a tool runner found, with their versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Programs {
    pub pdftotext: Option<String>,
    pub tesseract: Option<String>,
    /// LibreOffice, which prints office files.
    pub office: Option<String>,
    /// Language models of tesseract, as `eng`, `chi_sim`.
    pub models: Vec<String>,
}
