//! Hand-made specimen; `cargo xtask codegen` replaces it.

/// The input of `fal-ai/ideogram/v2/turbo/remix`.
#[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
#[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
#[non_exhaustive]
pub struct RemixInput {
    /// What to draw.
    pub prompt: ::std::string::String,
    /// The picture to remix.
    pub image_url: ::std::string::String,
    /// Aspect ratio of the picture.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub aspect_ratio: ::core::option::Option<crate::AspectRatio>,
    /// How much the picture counts.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub strength: ::core::option::Option<crate::Strength>,
    /// Let MagicPrompt enrich the prompt.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub expand_prompt: ::core::option::Option<bool>,
    /// Seed of the random number generator.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub seed: ::core::option::Option<i64>,
    /// Style of the picture.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub style: ::core::option::Option<crate::Style>,
    /// Answer with a data URI; the output is then in no history.
    #[serde(default, skip_serializing_if = "::core::option::Option::is_none")]
    pub sync_mode: ::core::option::Option<bool>,
}

impl RemixInput {
    /// With what is required.
    pub fn new(prompt: impl ::core::convert::Into<::std::string::String>, image_url: impl ::core::convert::Into<::std::string::String>) -> Self {
        Self {
            prompt: prompt.into(),
            image_url: image_url.into(),
            aspect_ratio: ::core::option::Option::None,
            strength: ::core::option::Option::None,
            expand_prompt: ::core::option::Option::None,
            seed: ::core::option::Option::None,
            style: ::core::option::Option::None,
            sync_mode: ::core::option::Option::None,
        }
    }

    /// Sets `aspect_ratio`.
    #[must_use]
    pub fn with_aspect_ratio(mut self, aspect_ratio: impl ::core::convert::Into<crate::AspectRatio>) -> Self {
        self.aspect_ratio = ::core::option::Option::Some(aspect_ratio.into());
        self
    }

    /// Sets `strength`.
    #[must_use]
    pub fn with_strength(mut self, strength: impl ::core::convert::Into<crate::Strength>) -> Self {
        self.strength = ::core::option::Option::Some(strength.into());
        self
    }

    /// Sets `expand_prompt`.
    #[must_use]
    pub fn with_expand_prompt(mut self, expand_prompt: bool) -> Self {
        self.expand_prompt = ::core::option::Option::Some(expand_prompt);
        self
    }

    /// Sets `seed`.
    #[must_use]
    pub fn with_seed(mut self, seed: i64) -> Self {
        self.seed = ::core::option::Option::Some(seed);
        self
    }

    /// Sets `style`.
    #[must_use]
    pub fn with_style(mut self, style: impl ::core::convert::Into<crate::Style>) -> Self {
        self.style = ::core::option::Option::Some(style.into());
        self
    }

    /// Sets `sync_mode`.
    #[must_use]
    pub fn with_sync_mode(mut self, sync_mode: bool) -> Self {
        self.sync_mode = ::core::option::Option::Some(sync_mode);
        self
    }
}

/// Remix an image with a prompt. `fal-ai/ideogram/v2/turbo/remix`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Remix;

impl crate::Endpoint for Remix {
    const ID: &'static str = "fal-ai/ideogram/v2/turbo/remix";
    const INFO: &'static crate::EndpointInfo = &crate::EndpointInfo {
        id: Self::ID,
        owner: "fal-ai",
        app: "ideogram",
        name: "Remix",
        verb: "remix",
        summary: "Remix an image with a prompt.",
        positional: &["image_url", "prompt"],
        inputs: &[
            crate::Field { name: "prompt", description: "What to draw.", kind: crate::FieldKind::String { min_length: None, max_length: None }, required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "image_url", description: "The picture to remix.", kind: crate::FieldKind::File(crate::FileRole::Image), required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "aspect_ratio", description: "Aspect ratio of the picture.", kind: crate::FieldKind::Enum(crate::AspectRatio::VALUES), required: false, nullable: false, default: Some("\"1:1\""), examples: &[] },
            crate::Field { name: "strength", description: "How much the picture counts.", kind: crate::FieldKind::Number(crate::Strength::BOUNDS), required: false, nullable: false, default: Some("0.8"), examples: &[] },
            crate::Field { name: "expand_prompt", description: "Let MagicPrompt enrich the prompt.", kind: crate::FieldKind::Boolean, required: false, nullable: false, default: Some("true"), examples: &[] },
            crate::Field { name: "seed", description: "Seed of the random number generator.", kind: crate::FieldKind::Integer(crate::Bounds::NONE), required: false, nullable: true, default: None, examples: &[] },
            crate::Field { name: "style", description: "Style of the picture.", kind: crate::FieldKind::Enum(crate::Style::VALUES), required: false, nullable: false, default: Some("\"auto\""), examples: &[] },
            crate::Field { name: "sync_mode", description: "Answer with a data URI; the output is then in no history.", kind: crate::FieldKind::Boolean, required: false, nullable: false, default: Some("false"), examples: &[] },
        ],
        outputs: &[
            crate::Field { name: "images", description: "The pictures.", kind: crate::FieldKind::Array { items: &crate::FieldKind::File(crate::FileRole::Image), min_items: None, max_items: None }, required: true, nullable: false, default: None, examples: &[] },
            crate::Field { name: "seed", description: "The seed that was used.", kind: crate::FieldKind::Integer(crate::Bounds::NONE), required: true, nullable: false, default: None, examples: &[] },
        ],
        price: Some(crate::Price { micros: 50_000, currency: "USD", unit: "image" }),
    };
    type Input = RemixInput;
    type Output = crate::Output;
}

impl crate::EndpointInput for RemixInput {
    type Endpoint = Remix;
}
