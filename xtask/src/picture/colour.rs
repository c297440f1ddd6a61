//! The colours of the drawn terminal: a palette for the sixteen named ones, and the fixed rest.

/// A colour as a program asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// One of the 256 of a terminal: 16 named, a cube of 216, 24 greys.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The background of the window.
pub(super) const BACKGROUND: &str = "#16181d";

/// Letters without a colour of their own.
pub(super) const FOREGROUND: &str = "#d7dae0";

/// Black to white, then their bright kin. Chosen to be told apart on the background, also when dim.
const NAMED: [&str; 16] = [
    "#2b303b", "#e5656f", "#8fc47c", "#e2bd72", "#68abec", "#c583d8", "#5ebfcb", "#d7dae0",
    "#6c7484", "#f48a92", "#aedb9d", "#f2d697", "#93c5f7", "#dba8ea", "#8ed9e2", "#ffffff",
];

/// The six intensities of the colour cube, as xterm has them.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Colour {
    /// The colour in the notation of SVG.
    pub(super) fn to_hex(self) -> String {
        match self {
            Self::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
            Self::Indexed(index) if index < 16 => NAMED[usize::from(index)].to_owned(),
            Self::Indexed(index) if index < 232 => {
                let place = usize::from(index - 16);
                let level = |step: usize| CUBE[(place / step) % 6];
                Self::Rgb(level(36), level(6), level(1)).to_hex()
            }
            Self::Indexed(index) => {
                let grey = 8 + 10 * (index - 232);
                Self::Rgb(grey, grey, grey).to_hex()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_follow_the_terminal_convention() {
        assert_eq!(Colour::Indexed(1).to_hex(), NAMED[1]);
        assert_eq!(Colour::Indexed(16).to_hex(), "#000000");
        assert_eq!(Colour::Indexed(208).to_hex(), "#ff8700");
        assert_eq!(Colour::Indexed(231).to_hex(), "#ffffff");
        assert_eq!(Colour::Indexed(232).to_hex(), "#080808");
        assert_eq!(Colour::Indexed(255).to_hex(), "#eeeeee");
        assert_eq!(Colour::Rgb(1, 2, 255).to_hex(), "#0102ff");
    }
}
