//! A picture as PNG with a palette (ISO/IEC 15948), small enough for a page in a browser. Writes nothing but pixels: no
//! chunk in which a name, a time or a place could stand.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use image::RgbImage;
use std::io::Write as _;

/// Colours of a palette at most.
const MOST_COLOURS: usize = 256;

/// Colours that differ by less than this in each channel (of 255) look the same on a page.
const SAME_COLOUR: u8 = 20;

/// Bits of each channel that are told apart before a palette is made, and how many colours that gives.
const BITS: u32 = 5;
const CELLS: usize = 1 << (3 * BITS);

/// The picture as PNG; few colours need few bits, so that black on white stays small.
pub fn write(picture: &RgbImage) -> Vec<u8> {
    let (palette, of_cell) = palette(picture);
    let bits = match palette.len() {
        0..=2 => 1,
        3..=4 => 2,
        5..=16 => 4,
        _ => 8,
    };
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::with_capacity(13);
    header.extend(picture.width().to_be_bytes());
    header.extend(picture.height().to_be_bytes());
    // Colours by palette; the only compression, the only filters, not interlaced.
    header.extend([bits, 3, 0, 0, 0]);
    put(&mut png, b"IHDR", &header);
    put(&mut png, b"PLTE", palette.as_flattened());
    put(&mut png, b"IDAT", &packed(picture, &of_cell, bits));
    put(&mut png, b"IEND", &[]);
    png
}

fn put(png: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    png.extend((content.len() as u32).to_be_bytes());
    let begin = png.len();
    png.extend(name);
    png.extend(content);
    let mut sum = Crc::new();
    sum.update(&png[begin..]);
    png.extend(sum.sum().to_be_bytes());
}

/// The lines of the picture, compressed.
fn packed(picture: &RgbImage, of_cell: &[u8], bits: u8) -> Vec<u8> {
    let mut into = ZlibEncoder::new(Vec::new(), Compression::new(7));
    let a_byte = 8 / usize::from(bits);
    let width = (picture.width() as usize).max(1);
    let mut line = Vec::with_capacity(width / a_byte + 2);
    for row in picture.as_raw().chunks_exact(width * 3) {
        line.clear();
        // No filter: of palette numbers the neighbours say nothing.
        line.push(0);
        for pixels in row.chunks(a_byte * 3) {
            let numbers = pixels.chunks_exact(3).map(|pixel| of_cell[cell(pixel)]);
            let byte = numbers.enumerate().fold(0, |byte, (at, one)| byte | one << (8 - bits as usize * (at + 1)));
            line.push(byte);
        }
        // A vector takes everything.
        let _ = into.write_all(&line);
    }
    into.finish().unwrap_or_default()
}

fn cell(pixel: &[u8]) -> usize {
    let part = |channel: u8| usize::from(channel) >> (8 - BITS);
    (part(pixel[0]) << (2 * BITS)) | (part(pixel[1]) << BITS) | part(pixel[2])
}

/// Colours that occur, near ones together.
struct Cell {
    at: usize,
    count: u64,
    /// Of each channel.
    sums: [u64; 3],
}

impl Cell {
    fn channel(&self, which: usize) -> u8 {
        (self.sums[which] / self.count.max(1)) as u8
    }
}

/// The palette, and the number in it for each cell.
fn palette(picture: &RgbImage) -> (Vec<[u8; 3]>, Vec<u8>) {
    let mut counts = vec![(0_u64, [0_u64; 3]); CELLS];
    for pixel in picture.as_raw().chunks_exact(3) {
        let (count, sums) = &mut counts[cell(pixel)];
        *count += 1;
        (0..3).for_each(|which| sums[which] += u64::from(pixel[which]));
    }
    let used = counts.into_iter().enumerate().filter(|(_, (count, _))| *count > 0);
    let cells: Vec<Cell> = used.map(|(at, (count, sums))| Cell { at, count, sums }).collect();
    let mut of_cell = vec![0; CELLS];
    let mut palette = Vec::new();
    for (number, group) in groups(cells).iter().enumerate() {
        let count = group.iter().map(|cell| cell.count).sum::<u64>().max(1);
        let mean = |which| ((group.iter().map(|cell| cell.sums[which]).sum::<u64>() + count / 2) / count) as u8;
        palette.push([mean(0), mean(1), mean(2)]);
        group.iter().for_each(|cell| of_cell[cell.at] = number as u8);
    }
    (palette, of_cell)
}

/// Cells in groups that each become one colour: the group that is widest, and of those as wide the fullest, is cut in the
/// middle, until all look like one colour or there are enough.
fn groups(cells: Vec<Cell>) -> Vec<Vec<Cell>> {
    let mut groups = vec![cells];
    while groups.len() < MOST_COLOURS {
        let widest = groups.iter().map(|group| extent(group)).enumerate().max_by_key(|(_, (width, ..))| *width);
        let Some((at, (width, which, middle))) = widest.filter(|(_, (width, ..))| *width >= SAME_COLOUR) else { break };
        debug_assert!(width > 0, "a group that is wide has a middle");
        let (low, high) = std::mem::take(&mut groups[at]).into_iter().partition(|cell| cell.channel(which) <= middle);
        groups[at] = low;
        groups.push(high);
    }
    groups
}

/// How wide a group is, in which channel, and where its middle is.
fn extent(group: &[Cell]) -> (u8, usize, u8) {
    let range = |which: usize| {
        let channels = group.iter().map(|cell| cell.channel(which));
        (channels.clone().min().unwrap_or(0), channels.max().unwrap_or(0))
    };
    let wide = (0..3).map(|which| (range(which), which)).max_by_key(|((low, high), _)| high - low);
    let ((low, high), which) = wide.unwrap_or(((0, 0), 0));
    (high - low, which, low + (high - low) / 2)
}
