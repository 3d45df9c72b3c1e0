r"""
1. 按时间展开
=============

循环神经网络（recurrent neural network，RNN）是一小段计算，对序列的每个时间步重复一次。
把这些重复一步一步写出来，就叫做按时间展开（unrolling）。展开以后得到的是一个普通的前馈网络，
关于前馈网络的一切结论对它都成立。后面各课都建立在这个想法上。

**学完本课**，你能够

- 说出什么是状态，以及它怎样从一个时间步传到下一个时间步；
- 把循环神经网络写成循环、写成嵌套的函数、写成求和；
- 解释为什么参数的个数与序列长度无关；
- 说明掩码（mask）对展开后的网络起什么作用。

**预备知识**：会用 Keras 的 ``Sequential`` 和 ``Dense``。手边最好有纸和铅笔。

各课都把向量写成行，与 Keras 的存储方式一致。一个时间步有 3 个特征，
核（kernel，即权重矩阵）的形状是 ``(3, 2)``，那么 ``x @ W`` 是有 2 个数的一行。
论文和 seqkit 的文档字符串大多写成列，即 :math:`W x`。两种写法得到的数是一样的。
"""

import keras
import numpy as np

from seqkit.inspect import pictures, trace
from seqkit.layers import SimpleRNN

# %%
# 一个会记忆的单元
# ----------------
# 先看一个单元。在第 :math:`t` 步，它收到一个数 :math:`x_t`，并保存一个数，
# 即它的 **状态** :math:`h_t`。新的状态由新的输入和上一步的状态算出。
# 一共有两个权重，:math:`w` 乘输入，:math:`u` 乘状态：
#
# .. math:: h_t = w\, x_t + u\, h_{t-1}, \qquad h_0 = 0
#
# 当 :math:`w = u = 1` 时，这个单元把看到的数累加起来。输入为 1、1、1、3，
# 状态就是 1、2、3、6。

w, u = 1, 1
h, states = 0, []
for x in [1, 1, 1, 3]:
    h = w * x + u * h
    states.append(h)

assert states == np.cumsum([1, 1, 1, 3]).tolist()
print("states:", states)

# %%
# 这个循环是网络的 **折叠** 形式：只有一个单元，它的状态又回到它自己。
# 请注意哪些东西每一步都相同，即权重；哪些不同，即输入和状态。
#
# 写成嵌套的函数
# --------------
# 把一步记作 :math:`f(x, h) = w x + u h`。三步就是三次调用，每次都用到上一次的结果：
#
# .. math:: h_3 = f(x_3,\; f(x_2,\; f(x_1,\; h_0)))
#
# 这就是 **展开** 形式。其中没有循环，也没有什么东西绕回来：数只朝一个方向走，
# 从第一个输入走到最后一个状态。
# 从现在起取 :math:`w = 1`、:math:`u = 2`，输入为 1、2、1。
# 用笔算：:math:`h_1 = 1 + 2 \cdot 0 = 1`，:math:`h_2 = 2 + 2 \cdot 1 = 4`，
# :math:`h_3 = 1 + 2 \cdot 4 = 9`。


def f(x, h, w=1, u=2):
    return w * x + u * h


x1, x2, x3 = 1, 2, 1
h3 = f(x3, f(x2, f(x1, 0)))

assert [f(x1, 0), f(x2, 1), h3] == [1, 4, 9]
print("h_3 as a nest of functions:", h3)

# %%
# 写成求和
# --------
# 把 :math:`h_1` 代入 :math:`h_2` 的式子，再代入 :math:`h_3` 的式子：
# :math:`h_3 = w x_3 + u\,(w x_2 + u\, w x_1)`。乘开以后，每个输入各成一项：
#
# .. math:: h_T = \sum_{t=1}^{T} u^{\,T-t}\, w\, x_t
#
# 输入每多保存一步，就多乘一次 :math:`u`。这里
# :math:`h_3 = 4 \cdot 1 + 2 \cdot 2 + 1 \cdot 1 = 9`。
# 序列很长时 :math:`u^{T-t}` 会怎样，是第 5 课的内容。
# （写成求和要求单元没有激活函数；写成嵌套的函数则没有这个要求。）

inputs, w, u = np.array([1, 2, 1]), 1, 2
T = len(inputs)
powers = u ** np.arange(T - 1, -1, -1)
h_T = np.sum(powers * w * inputs)

assert h_T == h3
print("powers of u:", powers, " sum:", h_T)

# %%
# 用 Keras 得到同样的结果
# -----------------------
# ``SimpleRNN`` 就是有许多单元的这个循环。只有一个单元、没有激活函数、没有偏置时，
# 它恰好只有我们的两个权重：形状为 ``(features, units)`` 的 **核** :math:`w`，
# 以及形状为 ``(units, units)`` 的 **循环核** :math:`u`
# （recurrent kernel，即乘状态的权重矩阵），
# 这里都是 ``(1, 1)``。输入的形状是 ``(batch, time, features)``，这里是 ``(1, 3, 1)``。

layer = SimpleRNN(1, activation="linear", use_bias=False, return_sequences=True)
layer.build((None, None, 1))
layer.set_weights([np.array([[1.0]]), np.array([[2.0]])])
sequence = np.array([1.0, 2.0, 1.0]).reshape(1, 3, 1)
found = np.ravel(layer(sequence))

assert found.tolist() == [1, 4, 9]
print("SimpleRNN:", found)

# %%
# 权重共享的前馈网络
# ------------------
# 现在不用循环层，把展开形式写成一个普通的 Keras 模型。
# 一步就是作用在 :math:`(x_t, h_{t-1})` 上的一个 ``Dense`` 层，
# 它的核把 :math:`w` 放在 :math:`u` 的上面：
#
# .. math:: h_t = (x_t,\, h_{t-1}) \begin{pmatrix} w \\ u \end{pmatrix}
#
# 模型有三步，所以把这个层用了三次。但它是 **同一个** 层：三次使用共享权重。
# 正因为如此，第 3 课要把三个梯度加起来。

step = keras.layers.Dense(1, use_bias=False)
x = [keras.Input((1,)) for _ in range(3)]
h = keras.Input((1,))
state = h
for x_t in x:
    state = step(keras.layers.concatenate([x_t, state]))
unrolled = keras.Model([*x, h], state)
step.set_weights([np.array([[1.0], [2.0]])])
found = unrolled([np.array([[value]]) for value in (1.0, 2.0, 1.0, 0.0)])

np.testing.assert_allclose(found, [[9]])
assert unrolled.count_params() == layer.count_params() == 2
print("unrolled model:", float(found[0, 0]), " weights:", unrolled.count_params())

# %%
# `seqkit.inspect` 画出这两种形式，边上写着真正走过的数。折叠时只有一个方框，
# 它的状态绕回自己；每个箭头旁边是走过它的最小和最大的数。
# 展开时，时间从左向右，所有方框用的是同样的两个权重。
# （图中从第 0 步数起，与 Python 相同。）

seen = trace(layer, sequence).layers[0]
folded, full = pictures.unrolled(seen, "folded"), pictures.unrolled(seen, "full")

# %%
# 有多少个参数
# ------------
# 设有 :math:`D` 个特征、:math:`N` 个单元。核 :math:`W` 有 :math:`D` 行、:math:`N` 列，
# 循环核 :math:`U` 是方阵，每个单元还有一个偏置。公式中没有序列长度 :math:`T`，
# 因为各步共享权重：
#
# .. math:: \text{weights} = D N + N^2 + N
#
# 所以同一个层可以处理任意长度的序列。

D, N = 3, 4
layer = SimpleRNN(N, return_sequences=True)
shapes = [layer(np.ones((1, T, D))).shape for T in (2, 50)]

assert layer.count_params() == D * N + N**2 + N == 32
print(layer.count_params(), "weights give outputs of shapes", *map(tuple, shapes))

# %%
# 随长度增长的是内存：学习时，要把每一步的状态都保存到梯度传回来为止（第 3 课），
# 也就是批次中的每一行要存 :math:`T \cdot N` 个数。
#
# 用不用循环
# ----------
# 这里的层两种方式都可以运行。默认用循环逐步计算；``unroll=True`` 把每一步都写出来；
# ``unroll=4`` 时循环每转一圈走四步。计算是同一个，所以除舍入误差外结果相同。
# 哪种更快取决于序列长度；展开以后编译所用的时间更长。

keras.utils.set_random_seed(1)
x = np.random.default_rng(1).normal(size=(2, 12, D)).astype("float32")
outputs = []
for unroll in (False, True, 4):
    again = SimpleRNN(N, return_sequences=True, unroll=unroll)
    again.build(x.shape)
    again.set_weights(layer.get_weights())
    outputs.append(keras.Sequential([again]).predict(x, verbose=0))
differences = [float(np.abs(outputs[0] - other).max()) for other in outputs[1:]]

assert max(differences) < 1e-5
print("largest differences:", differences)

# %%
# 长度不同的序列
# --------------
# 一个批次是一个数组，所以各行长度相同。较短的行在末尾填充（padding），
# **掩码** :math:`m_t` 说明哪些步是真的：1 表示真实的步，0 表示填充。
# 掩码为 0 时，状态原样复制：
#
# .. math:: h_t = m_t\, f(x_t, h_{t-1}) + (1 - m_t)\, h_{t-1}
#
# 所以填充过的行，最后的状态就是它最后一个真实步的状态。在展开图里，被掩掉的一步就是
# 从 :math:`h_{t-1}` 到 :math:`h_t` 的一条权重为 1 的边。下面的行 1、2 后面填了 7，
# 这个 7 不应起任何作用。

h = 0
for x, m in zip([1, 2, 7], [1, 1, 0], strict=True):
    h = m * f(x, h) + (1 - m) * h
layer = SimpleRNN(1, activation="linear", use_bias=False)
layer.build((None, None, 1))
layer.set_weights([np.array([[1.0]]), np.array([[2.0]])])
padded = np.array([1.0, 2.0, 7.0]).reshape(1, 3, 1)
found = layer(padded, mask=np.array([[True, True, False]]))

assert h == float(found[0, 0]) == f(2, f(1, 0))
print("last state of the padded row:", h, " SimpleRNN:", float(found[0, 0]))

# %%
# 试一试
# ------
# 取 :math:`w = 2`、:math:`u = -1`，输入为 1、1、1。先用循环写出三个状态，
# 再用求和写出第三个状态，然后继续往下读。
#
# 用循环：:math:`2 \cdot 1 - 0 = 2`，:math:`2 \cdot 1 - 2 = 0`，
# :math:`2 \cdot 1 - 0 = 2`。用求和：
# :math:`(-1)^2 \cdot 2 + (-1) \cdot 2 + 2 = 2`。

states = [f(1, 0, w=2, u=-1)]
states.append(f(1, states[-1], w=2, u=-1))
states.append(f(1, states[-1], w=2, u=-1))

assert states == [2, 0, 2]
assert states[-1] == sum((-1) ** (3 - t) * 2 * 1 for t in (1, 2, 3))
print("states:", states)

# %%
# 要点
# ----
# - 循环神经网络就是把一步 :math:`h_t = f(x_t, h_{t-1})` 反复做下去。
# - 展开 :math:`T` 步以后，它是一个深度为 :math:`T`、各层共享权重的前馈网络。
# - 参数的个数与 :math:`T` 无关；学习所需的内存与 :math:`T` 有关。
# - 被掩掉的一步只复制状态。
#
# 简单循环网络出自 J. L. Elman, "Finding structure in time",
# Cognitive Science 14, 1990。
# 为求梯度而按时间展开，见 P. J. Werbos, "Backpropagation through time: what it does
# and how to do it", Proceedings of the IEEE 78, 1990。
