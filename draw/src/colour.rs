//! Colours, and the palette of the stage.

use std::sync::OnceLock;

/// A colour: 0xRRGGBB, and its opacity from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour(pub u32, pub f32);

impl Colour {
    /// An opaque colour.
    pub const fn of(hex: u32) -> Self {
        Self(hex, 1.0)
    }

    /// The same colour with this opacity.
    pub const fn at(self, opacity: f32) -> Self {
        Self(self.0, self.1 * opacity)
    }

    /// Mixed with another colour by a share from 0 to 1.
    pub fn towards(self, other: Self, share: f32) -> Self {
        let share = share.clamp(0.0, 1.0);
        let part = |shift: u32| {
            let [from, to] = [self.0, other.0].map(|hex| ((hex >> shift) & 0xff) as f32);
            ((from + (to - from) * share).round() as u32) << shift
        };
        Self(part(16) | part(8) | part(0), self.1 + (other.1 - self.1) * share)
    }

    /// In linear light, for renderers.
    pub fn linear(self) -> [f32; 4] {
        static LINEAR: OnceLock<[f32; 256]> = OnceLock::new();
        let table = LINEAR.get_or_init(|| {
            std::array::from_fn(|byte| {
                let share = byte as f32 / 255.0;
                if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
            })
        });
        let part = |shift: u32| table[((self.0 >> shift) & 0xff) as usize];
        [part(16), part(8), part(0), self.1.clamp(0.0, 1.0)]
    }
}

/// The palette of the stage; colours of data can be distinguished with colour blindness (after Okabe & Ito 2008).
pub mod ink {
    use crate::colour::Colour;

    /// Background.
    pub const PAPER: Colour = Colour::of(0xF4F1EA);
    /// Cards.
    pub const CARD: Colour = Colour::of(0xFFFFFF);
    /// Words.
    pub const INK: Colour = Colour::of(0x1F2A35);
    /// Less important words.
    pub const FAINT: Colour = Colour::of(0x66717C);
    /// Separating lines.
    pub const RULE: Colour = Colour::of(0xDAD5CA);
    /// Data, blue.
    pub const BLUE: Colour = Colour::of(0x0F6CB3);
    /// Data, vermilion.
    pub const RED: Colour = Colour::of(0xD5521A);
    /// Data, green.
    pub const GREEN: Colour = Colour::of(0x158A64);
    /// Data, gold.
    pub const GOLD: Colour = Colour::of(0xDE9A12);
    /// Data, sky blue.
    pub const SKY: Colour = Colour::of(0x45A9D6);
    /// Data, purple.
    pub const PURPLE: Colour = Colour::of(0x9A4F86);
    /// Skin.
    pub const SKIN: Colour = Colour::of(0xE3B491);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_mix_and_become_linear() {
        assert_eq!(Colour::of(0x000000).towards(Colour::of(0xFFFFFF), 0.5), Colour::of(0x808080));
        let [red, green, blue, opacity] = Colour(0xFF0080, 0.5).linear();
        assert!((red, green, opacity) == (1.0, 0.0, 0.5) && (blue - 0.2159).abs() < 1e-3);
    }
}
