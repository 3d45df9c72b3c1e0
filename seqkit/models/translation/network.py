"""The network of the translator: encoder, decoder, and what connects them."""

from dataclasses import asdict
from typing import Any

import keras
import tensorflow as tf

from seqkit.models.translation.decoder import Decoder
from seqkit.models.translation.encoder import Encoded, Encoder
from seqkit.models.translation.settings import TranslatorSettings


@keras.saving.register_keras_serializable("seqkit")
class EncoderDecoder(keras.Model):
    """Encoder and decoder of recurrent layers, with attention between them.

    The equations are those of `Decoder`.

    Args:
        settings: Sizes and kinds, or a dict of them.
        source_size: Ids of the source, padding included.
        target_size: Ids of the target.
        **kwargs: `name`, `dtype`, as for any Keras model.

    Call arguments:
        inputs: The sources int32 (batch, source), padded with zeros at the end, and
            the tokens before those to be guessed, int32 (batch, target).
        training: Whether to apply dropout.

    Returns:
        Logits (batch, target, target_size).

    Example:
        >>> settings = TranslatorSettings(units=4, embedding=3)
        >>> network = EncoderDecoder(settings, source_size=9, target_size=7)
        >>> source, target = np.array([[4, 8, 2]]), np.array([[1, 5, 6, 4]])
        >>> network((source, target)).shape
        TensorShape([1, 4, 7])
    """

    def __init__(
        self,
        settings: TranslatorSettings | dict[str, Any],
        source_size: int,
        target_size: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(settings, dict):
            settings = TranslatorSettings(**settings)
        self.settings = settings
        self.source_size, self.target_size = source_size, target_size
        self.encoder = Encoder(settings, source_size, name="encoder")
        shared = self.encoder.embedding if settings.tied == "all" else None
        self.decoder = Decoder(settings, target_size, shared, name="decoder")
        self.seed_generator = keras.random.SeedGenerator()
        self.built = True  # the layers inside are, at this first call
        token = tf.zeros((1, 2), tf.int32)
        self((token, token))

    def encode(self, sources: Any, training: bool = False) -> Encoded:
        """Read sources (batch, source) for the decoder."""
        return self.decoder.look_at(*self.encoder(sources, training=training))

    def call(self, inputs: tuple[Any, Any], training: bool = False) -> Any:
        """Guess each next token of targets that are known."""
        sources, tokens = inputs
        encoded = self.encode(sources, training)
        return self.decoder.logits(self.decoder(tokens, encoded, training=training))

    def get_config(self) -> dict[str, Any]:
        """Give what `from_config` needs."""
        return {
            **super().get_config(),
            "settings": asdict(self.settings),
            "source_size": self.source_size,
            "target_size": self.target_size,
        }
