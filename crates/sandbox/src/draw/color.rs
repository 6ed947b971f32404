//! Colours as palettes write them: `0xRRGGBB`.

use tiny_skia::Color;

/// Opaque, from `0xRRGGBB`.
pub(super) fn hex(rgb: u32) -> Color {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Color::from_rgba8(red, green, blue, 255)
}

/// The same colour, `opacity` between 0 and 1.
pub(super) fn fade(color: Color, opacity: f32) -> Color {
    let mut faded = color;
    faded.set_alpha(color.alpha() * opacity.clamp(0.0, 1.0));
    faded
}

/// From `a` at 0 to `b` at 1.
pub(super) fn mix(a: Color, b: Color, at: f32) -> Color {
    let at = at.clamp(0.0, 1.0);
    let blend = |a: f32, b: f32| (a + (b - a) * at).clamp(0.0, 1.0);
    Color::from_rgba(
        blend(a.red(), b.red()),
        blend(a.green(), b.green()),
        blend(a.blue(), b.blue()),
        blend(a.alpha(), b.alpha()),
    )
    .unwrap_or(a)
}

pub(super) fn lighten(color: Color, by: f32) -> Color {
    fade(mix(color, Color::WHITE, by), 1.0)
}

pub(super) fn darken(color: Color, by: f32) -> Color {
    mix(color, Color::BLACK, by)
}
