"""LangChain: both of its chat models, tools bound, streams, structured answers, embeddings."""

import os

import openai
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

URL, KEY = os.environ["URL"], os.environ["KEY"]


@tool
def weather(city: str) -> str:
    """Tell the weather."""
    return f"Sunny in {city}"


def talk(model: ChatOpenAI | ChatAnthropic) -> None:
    answer = model.invoke("hello")
    assert answer.text == "Hello there!", answer
    assert answer.usage_metadata
    assert answer.usage_metadata["input_tokens"] == 20, answer.usage_metadata
    assert "".join(piece.text for piece in model.stream("hello")) == "Hello there!"
    bound = model.bind_tools([weather])
    asked = bound.invoke([HumanMessage("weather")])
    assert [call["args"]["city"] for call in asked.tool_calls] == ["Paris", "Lyon"]
    results = [
        ToolMessage(weather.invoke(call["args"]), tool_call_id=call["id"]) for call in asked.tool_calls
    ]
    assert bound.invoke([HumanMessage("weather"), asked, *results]).text == "Both are sunny."


for name in ("gpt", "claude"):
    talk(ChatOpenAI(model=name, base_url=f"{URL}/v1", api_key=KEY, max_retries=0))
    talk(ChatOpenAI(model=name, base_url=f"{URL}/v1", api_key=KEY, max_retries=0, use_responses_api=True))
    talk(ChatAnthropic(model=name, base_url=URL, api_key=KEY, max_retries=0, max_tokens=50))
vectors = OpenAIEmbeddings(
    model="vectors", base_url=f"{URL}/v1", api_key=KEY, check_embedding_ctx_length=False
)
assert vectors.embed_query("a") == [0.5, 0.25, 0.125]
try:
    ChatOpenAI(model="gpt", base_url=f"{URL}/v1", api_key="wrong", max_retries=0).invoke("hello")
except openai.AuthenticationError:
    pass
else:
    raise AssertionError("no AuthenticationError")
