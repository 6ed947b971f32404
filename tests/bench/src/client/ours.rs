//! The client of this workspace, as its users write it.

use crate::by_hand::{KEY, PROMPT};
use crate::{Orders, Program, Result};
use ideogram_client::{Client, File, GenerateInput, ImageInput, Integer};
use std::path::Path;

pub(crate) struct Ours {
    client: Client,
    input: GenerateInput,
    picture: File,
}

impl Program for Ours {
    fn new(orders: &Orders) -> Result<Self> {
        let builder = Client::builder().with_key(KEY).with_base_url(&orders.base);
        let builder = if orders.base.starts_with("https") { builder.with_ca_file(&orders.ca_file) } else { builder };
        let picture = serde_json::json!({"url": format!("{}/cdn/files/b/bench/image.png", orders.base)});
        Ok(Self {
            client: builder.build()?,
            input: GenerateInput::new(PROMPT),
            picture: serde_json::from_value(picture)?,
        })
    }

    async fn run(&self) -> Result<i64> {
        let output = self.client.run(&self.input).await?;
        assert_eq!(output.images.len(), 1);
        moment(&output.seed)
    }

    async fn follow(&self) -> Result<i64> {
        moment(&self.client.subscribe(&self.input).await?.seed)
    }

    async fn upload(&self, file: &Path) -> Result<()> {
        self.client.upload(ImageInput::path(file)).await?;
        Ok(())
    }

    async fn download(&self, file: &Path) -> Result<()> {
        self.client.image(&self.picture).save_to(file).await?;
        Ok(())
    }
}

/// The moment that the server has put into its seed.
fn moment(seed: &Integer<i64>) -> Result<i64> {
    seed.get().ok_or_else(|| format!("the seed {seed} is no moment").into())
}
