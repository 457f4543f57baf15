"""Makes a tiny Llama with random weights and a tokenizer of its own; run by the engine's Python.

Usage: tiny_model.py FOLDER TEXT
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

folder, text = Path(sys.argv[1]), Path(sys.argv[2])
spelling = Tokenizer(models.BPE())
spelling.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
spelling.decoder = decoders.ByteLevel()
trainer = trainers.BpeTrainer(
    vocab_size=600,
    special_tokens=["<s>", "</s>"],
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
)
spelling.train_from_iterator(text.read_text().splitlines(), trainer)
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=spelling, bos_token="<s>", eos_token="</s>", pad_token="</s>"
)
tokenizer.chat_template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"
tokenizer.save_pretrained(folder)
torch.manual_seed(0)
config = LlamaConfig(
    vocab_size=len(tokenizer),
    hidden_size=256,  # 64 for each head: the engine has no smaller ones on every processor
    intermediate_size=256,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=1024,
    bos_token_id=0,
    eos_token_id=1,
)
LlamaForCausalLM(config).save_pretrained(folder)
