//! Colour tags, as ITU-T H.273 numbers them. A tag that a file does not state is `None`: never guessed in silence.

use serde::{Deserialize, Serialize};

macro_rules! code_points {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $text:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// From the H.273 code point; `None` if unspecified, reserved or not known here.
            pub fn from_code(code: u32) -> Option<$name> {
                match code { $($code => Some($name::$variant),)* _ => None }
            }

            /// The H.273 code point.
            pub fn code(self) -> u32 {
                match self { $($name::$variant => $code,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $($name::$variant => $text,)* })
            }
        }
    };
}

code_points! {
    /// Which red, green, blue and white are meant (H.273 table 2).
    Primaries {
        /// BT.709, sRGB.
        Bt709 = 1, "BT.709";
        /// BT.470 System M.
        Bt470M = 4, "BT.470 M";
        /// BT.470 System B/G, PAL.
        Bt470Bg = 5, "BT.470 B/G";
        /// SMPTE 170M, NTSC.
        Smpte170M = 6, "SMPTE 170M";
        /// SMPTE 240M.
        Smpte240M = 7, "SMPTE 240M";
        /// Generic film.
        Film = 8, "film";
        /// BT.2020.
        Bt2020 = 9, "BT.2020";
        /// CIE XYZ, of cinema packages.
        Xyz = 10, "CIE XYZ";
        /// DCI-P3.
        DciP3 = 11, "DCI-P3";
        /// Display P3.
        DisplayP3 = 12, "Display P3";
        /// EBU Tech 3213.
        Ebu3213 = 22, "EBU 3213";
    }
}

code_points! {
    /// How code values become light (H.273 table 3).
    Transfer {
        /// BT.709.
        Bt709 = 1, "BT.709";
        /// Gamma 2.2.
        Gamma22 = 4, "gamma 2.2";
        /// Gamma 2.8.
        Gamma28 = 5, "gamma 2.8";
        /// SMPTE 170M.
        Smpte170M = 6, "SMPTE 170M";
        /// SMPTE 240M.
        Smpte240M = 7, "SMPTE 240M";
        /// Linear light.
        Linear = 8, "linear";
        /// Logarithmic, 100:1.
        Log100 = 9, "log 100:1";
        /// Logarithmic, 316:1.
        Log316 = 10, "log 316:1";
        /// xvYCC.
        Xvycc = 11, "xvYCC";
        /// BT.1361.
        Bt1361 = 12, "BT.1361";
        /// sRGB.
        Srgb = 13, "sRGB";
        /// BT.2020, 10 bit.
        Bt2020Ten = 14, "BT.2020 10 bit";
        /// BT.2020, 12 bit.
        Bt2020Twelve = 15, "BT.2020 12 bit";
        /// Perceptual quantizer, SMPTE ST 2084.
        Pq = 16, "PQ";
        /// Gamma 2.6 of cinema packages, SMPTE ST 428-1.
        Smpte428 = 17, "SMPTE 428";
        /// Hybrid log-gamma.
        Hlg = 18, "HLG";
    }
}

code_points! {
    /// How luma and chroma are mixed from RGB (H.273 table 4).
    Matrix {
        /// RGB itself.
        Rgb = 0, "RGB";
        /// BT.709.
        Bt709 = 1, "BT.709";
        /// FCC.
        Fcc = 4, "FCC";
        /// BT.470 System B/G, PAL.
        Bt470Bg = 5, "BT.470 B/G";
        /// SMPTE 170M, NTSC.
        Smpte170M = 6, "SMPTE 170M";
        /// SMPTE 240M.
        Smpte240M = 7, "SMPTE 240M";
        /// YCgCo.
        YCgCo = 8, "YCgCo";
        /// BT.2020, non-constant luminance.
        Bt2020 = 9, "BT.2020";
        /// BT.2020, constant luminance.
        Bt2020Constant = 10, "BT.2020 constant luminance";
        /// ICtCp.
        ICtCp = 14, "ICtCp";
    }
}

/// Whether code values span the whole of the range or leave head- and footroom.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColorRange {
    /// 16 to 235 at 8 bit.
    Limited,
    /// 0 to 255 at 8 bit.
    Full,
}

impl std::fmt::Display for ColorRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            ColorRange::Limited => "limited",
            ColorRange::Full => "full",
        })
    }
}

/// The four colour tags of a picture; `None` where the file says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Color {
    /// Primaries.
    pub primaries: Option<Primaries>,
    /// Transfer characteristic.
    pub transfer: Option<Transfer>,
    /// Matrix coefficients.
    pub matrix: Option<Matrix>,
    /// Range of code values.
    pub range: Option<ColorRange>,
}

impl Color {
    /// What a player assumes of a picture `height` lines high where a tag is missing: BT.709 from 720 lines up,
    /// SMPTE 170M below, limited range. Whoever uses it says so to the user.
    pub fn assumed(self, height: u32) -> Color {
        let hd = height >= 720;
        Color {
            primaries: self.primaries.or(Some(if hd { Primaries::Bt709 } else { Primaries::Smpte170M })),
            transfer: self.transfer.or(Some(if hd { Transfer::Bt709 } else { Transfer::Smpte170M })),
            matrix: self.matrix.or(Some(if hd { Matrix::Bt709 } else { Matrix::Smpte170M })),
            range: self.range.or(Some(ColorRange::Limited)),
        }
    }

    /// Names of the tags that are missing.
    pub fn missing(self) -> Vec<&'static str> {
        let mut names = Vec::new();
        if self.primaries.is_none() {
            names.push("primaries");
        }
        if self.transfer.is_none() {
            names.push("transfer");
        }
        if self.matrix.is_none() {
            names.push("matrix");
        }
        if self.range.is_none() {
            names.push("range");
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_round_trip_and_unspecified_stays_unknown() {
        for code in 0..30 {
            if let Some(p) = Primaries::from_code(code) {
                assert_eq!(p.code(), code);
            }
            if let Some(t) = Transfer::from_code(code) {
                assert_eq!(t.code(), code);
            }
        }
        assert_eq!(Primaries::from_code(2), None);
        assert_eq!(Matrix::from_code(2), None);
        assert_eq!(Color::default().missing().len(), 4);
        assert!(Color::default().assumed(1080).missing().is_empty());
    }
}
