//! Smooth noise in two dimensions, for clouds and waves.

/// Noise that depends only on its seed, and is the same on every machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noise(u32);

impl Noise {
    pub(super) fn new(seed: u32) -> Self {
        Self(seed)
    }

    /// A number in `[0, 1)` for each point of the lattice.
    fn lattice(self, x: i32, y: i32) -> f32 {
        let mut hash = self.0 ^ (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca77);
        hash = (hash ^ (hash >> 15)).wrapping_mul(0x2c1b_3c6d);
        hash = (hash ^ (hash >> 12)).wrapping_mul(0x297a_2d39);
        ((hash ^ (hash >> 15)) >> 8) as f32 / (1_u32 << 24) as f32
    }

    /// Between the lattice's points, without an edge.
    fn smooth(self, x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let ease = |at: f32| at * at * (3.0 - 2.0 * at);
        let (across, down) = (ease(x - left), ease(y - top));
        let (column, row) = (left as i32, top as i32);
        let edge = |row: i32| {
            let (from, to) = (self.lattice(column, row), self.lattice(column.wrapping_add(1), row));
            from + (to - from) * across
        };
        let (upper, lower) = (edge(row), edge(row.wrapping_add(1)));
        upper + (lower - upper) * down
    }

    /// Waves of ever shorter length and lesser height, about 0.5 on average.
    pub(super) fn fractal(self, x: f32, y: f32, octaves: u8) -> f32 {
        let (mut sum, mut total, mut weight, mut scale) = (0.0, 0.0, 1.0, 1.0);
        for _ in 0..octaves {
            sum += weight * self.smooth(x * scale, y * scale);
            total += weight;
            weight *= 0.5;
            // Not a whole number, so that the lattices never coincide.
            scale *= 2.03;
        }
        sum / f32::max(total, 1.0)
    }
}

/// 0 up to `from`, 1 beyond `to`, and a soft rise between.
pub(super) fn step(from: f32, to: f32, value: f32) -> f32 {
    let at = ((value - from) / (to - from)).clamp(0.0, 1.0);
    at * at * (3.0 - 2.0 * at)
}
