//! Angles, the same on every machine: no arithmetic is left to the platform's mathematics library.

/// Full turns in radians.
pub(super) const TURN: f32 = core::f32::consts::TAU;

/// Sine of an angle in radians: the same on every machine.
pub(super) fn sin(angle: f32) -> f32 {
    libm::sinf(angle)
}

/// Cosine of an angle in radians: the same on every machine.
pub(super) fn cos(angle: f32) -> f32 {
    libm::cosf(angle)
}
