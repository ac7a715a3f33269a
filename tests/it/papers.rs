//! Writes small PDF files for tests (ISO 32000-2, 7.5), object by object.

use std::fmt::Write as _;

/// The fonts that every page knows: `F` is Helvetica with all its widths.
pub const FONTS: &str = "/F 9 0 R";

/// A PDF in the making. Objects from 10 on are free; pages take those from 100 on.
pub struct Paper {
    objects: Vec<(u32, String)>,
    pages: Vec<u32>,
    size: (u32, u32),
    /// Entries of the catalogue, and of the information dictionary.
    pub catalogue: String,
    pub info: String,
    /// Annotations of the pages that are added next.
    pub annotations: String,
    /// Entries of the pages' resources.
    pub fonts: String,
    pub properties: String,
    pub x_objects: String,
}

/// A PDF of one page with this content.
pub fn page_of(content: &str) -> Vec<u8> {
    Paper::new().page(content).finish()
}

impl Paper {
    pub fn new() -> Self {
        let mut paper = Self {
            objects: Vec::new(),
            pages: Vec::new(),
            size: (600, 800),
            catalogue: String::new(),
            info: String::new(),
            annotations: String::new(),
            fonts: String::new(),
            properties: String::new(),
            x_objects: String::new(),
        };
        let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
        paper.object(9, font);
        paper.stream(
            8,
            "/Type/XObject/Subtype/Image/Width 2/Height 2/ColorSpace/DeviceGray/BitsPerComponent 8",
            "abcd",
        );
        paper.object(7, "<</ca 0.3/BM/Multiply>>");
        paper
    }

    pub fn sized(mut self, width: u32, height: u32) -> Self {
        self.size = (width, height);
        self
    }

    pub fn object(&mut self, number: u32, text: &str) {
        self.objects.push((number, text.into()));
    }

    pub fn stream(&mut self, number: u32, entries: &str, content: &str) {
        self.object(number, &format!("<<{entries}/Length {}>>stream\n{content}\nendstream", content.len()));
    }

    pub fn page(&mut self, content: &str) -> &mut Self {
        let number = 100 + self.pages.len() as u32 * 2;
        let (width, height) = self.size;
        let page = format!(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents {} 0 R/Annots[{}]/Resources\
            <</Font<<{FONTS}{}>>/XObject<</Im 8 0 R{}>>/ExtGState<</G 7 0 R>>/Properties<<{}>>>>>>",
            number + 1,
            self.annotations,
            self.fonts,
            self.x_objects,
            self.properties
        );
        self.object(number, &page);
        self.stream(number + 1, "", content);
        self.pages.push(number);
        self
    }

    pub fn finish(&mut self) -> Vec<u8> {
        let kids: String = self.pages.iter().map(|page| format!("{page} 0 R ")).collect();
        let (catalogue, info, count) = (self.catalogue.clone(), self.info.clone(), self.pages.len());
        self.object(1, &format!("<</Type/Catalog/Pages 2 0 R{catalogue}>>"));
        self.object(2, &format!("<</Type/Pages/Kids[{kids}]/Count {count}>>"));
        self.object(3, &format!("<<{info}>>"));
        let mut file = String::from("%PDF-1.7\n");
        let mut places = std::collections::BTreeMap::new();
        for (number, text) in &self.objects {
            places.insert(*number, file.len());
            let _ = write!(file, "{number} 0 obj\n{text}\nendobj\n");
        }
        let start = file.len();
        file.push_str("xref\n0 1\n0000000000 65535 f \n");
        for (number, place) in places {
            let _ = write!(file, "{number} 1\n{place:010} 00000 n \n");
        }
        let _ = write!(file, "trailer\n<</Root 1 0 R/Info 3 0 R/Size 1000>>\nstartxref\n{start}\n%%EOF\n");
        file.into_bytes()
    }
}
