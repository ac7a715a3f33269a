//! How good the classifier is: what it says of labelled mails against their labels, in numbers, plots and quoted errors.
//! Pure: values in, values and texts out. Reads no mail, opens no file, and never changes what the classifier says.

mod calibrate;
mod labels;
mod measure;
mod page;
mod plot;
mod report;
mod sample;
mod score;
mod text;

pub use calibrate::{Bin, Calibration, calibration};
pub use labels::{Label, Labels, Strength, Wanted, read};
pub use measure::{About, Got, Input, Place, Quoted, evaluate};
pub use page::html;
pub use report::{Evaluation, Score, Table};
pub use sample::f1_interval;
pub use score::{Counts, Mean, counted, mean};
pub use text::text;
