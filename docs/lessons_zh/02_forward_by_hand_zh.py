r"""
2. 手算前向传播
===============

前向传播由输入算出输出和损失。本课用铅笔对一个两单元、三个时间步的网络做一遍。
所有的数都是小整数。第 3 课接着用这个网络，用手算求它的梯度。

**学完本课**，你能够

- 说出循环神经网络中每个数组的名称和形状；
- 手算状态、输出和损失，并用 Keras 验证；
- 说出哪部分工作可以对所有时间步一次完成，哪部分不能；
- 换用别的激活函数和损失：tanh，以及 softmax 与交叉熵。

**预备知识**：第 1 课，以及行向量与矩阵的乘法。
"""

import keras
import numpy as np

from seqkit.inspect import trace
from seqkit.layers import SimpleRNN

# %%
# 网络和各数组的形状
# ------------------
# 网络在 :math:`T = 3` 步中每步读入 :math:`D = 2` 个特征，有 :math:`N = 2` 个单元，
# 每步给出 :math:`M = 1` 个输出：
#
# ==============  ==============================  ============  ==========
# 符号            含义                            形状          这里
# ==============  ==============================  ============  ==========
# :math:`x_t`     第 t 步的输入                   ``(D,)``      ``(2,)``
# :math:`W`       核，乘输入                      ``(D, N)``    ``(2, 2)``
# :math:`U`       循环核，乘状态                  ``(N, N)``    ``(2, 2)``
# :math:`b`       单元的偏置                      ``(N,)``      ``(2,)``
# :math:`a_t`     激活前的值，即进入单元的数      ``(N,)``      ``(2,)``
# :math:`h_t`     状态，即单元给出的数            ``(N,)``      ``(2,)``
# :math:`V`       输出层的核                      ``(N, M)``    ``(2, 1)``
# :math:`c`       输出层的偏置                    ``(M,)``      ``(1,)``
# :math:`y_t`     输出                            ``(M,)``      ``(1,)``
# ==============  ==============================  ============  ==========
#
# 向量是一行。做乘法时，里面的两个尺寸必须相等，乘完就消去：
# :math:`x_t W` 是 ``(D,)`` 乘 ``(D, N)``，得到 ``(N,)``。
# :math:`W` 的第 :math:`i` 行属于第 :math:`i` 个特征，
# 第 :math:`j` 列属于第 :math:`j` 个单元。具体的数是：

X = np.array([[1, 0], [0, 1], [1, 1]])  # x_1、x_2、x_3，每行一个
W = np.array([[1, -1], [0, 2]])
U = np.array([[1, 1], [-2, 0]])
b = np.array([1, 0])
V = np.array([[1], [-1]])
c = np.array([1])

print("W", W.tolist(), " U", U.tolist(), " V", V.tolist())

# %%
# 第一步
# ------
# 进入单元的数，是输入乘核，加上上一步的状态乘循环核，再加偏置：
#
# .. math:: a_t = x_t W + h_{t-1} U + b
#
# 第一步之前的状态是零。输入是 :math:`(1, 0)`，
# 所以 :math:`x_1 W` 就是 :math:`W` 的第一行，
# 即 :math:`(1, -1)`。加上偏置，
# :math:`a_1 = (1, -1) + (0, 0) + (1, 0) = (2, -1)`。

h_0 = np.zeros(2, int)
a_1 = X[0] @ W + h_0 @ U + b

assert a_1.tolist() == [2, -1]
print("a_1 =", a_1)

# %%
# 然后对每个单元分别用激活函数。这里用 relu，它让正数保持不变，把负数变成零，
# 这样整数还是整数：
#
# .. math:: h_t = f(a_t), \qquad \operatorname{relu}(a) = \max(a, 0)
#
# 第一个单元给出 2，第二个单元关闭：:math:`h_1 = (2, 0)`。


def relu(a):
    return np.maximum(a, 0)


h_1 = relu(a_1)

assert h_1.tolist() == [2, 0]
print("h_1 =", h_1)

# %%
# 其余各步
# --------
# 第 2 步也一样，只是输入为 :math:`x_2 = (0, 1)`，并用 :math:`h_1` 代替 :math:`h_0`：
#
# - :math:`x_2 W = (0, 2)`，即 :math:`W` 的第二行；
# - :math:`h_1 U = 2 \cdot (1, 1) + 0 \cdot (-2, 0) = (2, 2)`；
# - :math:`a_2 = (0, 2) + (2, 2) + (1, 0) = (3, 4)`，于是 :math:`h_2 = (3, 4)`。
#
# 第 3 步的输入为 :math:`x_3 = (1, 1)`：
#
# - :math:`x_3 W = (1, -1) + (0, 2) = (1, 1)`，即 :math:`W` 的两行之和；
# - :math:`h_2 U = 3 \cdot (1, 1) + 4 \cdot (-2, 0) = (-5, 3)`；
# - :math:`a_3 = (1, 1) + (-5, 3) + (1, 0) = (-3, 4)`，于是 :math:`h_3 = (0, 4)`：
#   这次是第一个单元关闭。
#
# 这一切就是第 1 课的循环，只不过用行向量和矩阵代替了数：
#
# .. math:: h_t = \operatorname{relu}(x_t W + h_{t-1} U + b), \qquad t = 1, \dots, T

h, H = h_0, []
for x in X:
    h = relu(x @ W + h @ U + b)
    H.append(h)
H = np.array(H)

assert H.tolist() == [[2, 0], [3, 4], [0, 4]]
print("states, one step a row:", H.tolist())

# %%
# 输出
# ----
# 每一步的状态由一个没有激活函数的输出层读出：
#
# .. math:: y_t = h_t V + c
#
# 按上面的 :math:`V`，就是第一个单元减第二个单元再加 1：
# :math:`y_1 = 2 - 0 + 1 = 3`，:math:`y_2 = 3 - 4 + 1 = 0`，
# :math:`y_3 = 0 - 4 + 1 = -3`。各步的输出互不依赖，所以三步是一次乘法，
# ``(3, 2)`` 乘 ``(2, 1)``。

Y = H @ V + c

assert Y.tolist() == [[3], [0], [-3]]
print("outputs:", Y.ravel())

# %%
# 损失
# ----
# 目标是 3、−1、−5。损失把每一步误差的平方的一半加起来。有了二分之一这个系数，
# 导数就很简单，第 3 课会看到。
#
# .. math:: L = \sum_t L_t, \qquad L_t = \tfrac12 (y_t - \text{target}_t)^2
#
# 误差是 :math:`3 - 3 = 0`、:math:`0 + 1 = 1`、:math:`-3 + 5 = 2`，
# 损失是 :math:`\frac12 (0 + 1 + 4) = 2.5`。

targets = np.array([[3], [-1], [-5]])
errors = Y - targets
L = 0.5 * np.sum(errors**2)

assert errors.ravel().tolist() == [0, 1, 2]
assert L == 2.5
print("errors:", errors.ravel(), " loss:", L)

# %%
# 用 Keras 得到同样的结果
# -----------------------
# 这个网络就是一个返回全部状态的 ``SimpleRNN``，
# 加上一个对每一步都起作用的 ``Dense`` 层：
#
# .. math:: \text{weights} = (DN + N^2 + N) + (NM + M) = 10 + 3 = 13
#
# ``get_weights`` 按 :math:`W, U, b, V, c` 的顺序列出权重。输入的第一个维度是批次；
# 我们只有一个序列。

model = keras.Sequential(
    [SimpleRNN(2, activation="relu", return_sequences=True), keras.layers.Dense(1)]
)
model.build((None, None, 2))
model.set_weights([W, U, b, V, c])
found = model(X[None].astype("float32"))

np.testing.assert_array_equal(found[0], Y)
assert model.count_params() == 13
print("Keras:", np.ravel(found), " weights:", model.count_params())

# %%
# 跟踪（trace）把循环层的每个数放进一张表，每步一行：输入 :math:`x_t`、
# 乘积 :math:`h_{t-1} U`、状态 :math:`h_t`，以及层的输出（这里还是状态）。
# （时间步和单元都从 0 数起。）它们就是用铅笔算出的那些数。

table = trace(model.layers[0], X[None].astype("float32")).layers[0].to_frame()

assert table["product"].to_numpy().tolist() == [[0, 0], [2, 2], [-5, 3]]
assert table["state"].to_numpy().tolist() == H.tolist()
table

# %%
# 哪些可以对所有时间步一次算完
# ----------------------------
# :math:`x_t W + b` 用不到状态。像数组 ``X`` 那样把各步的输入一行一行叠起来，
# 那么一次乘法就得到所有时间步的这一部分。只有剩下的 :math:`h_{t-1} U` 要等上一步：
#
# .. math:: A = X W + b, \qquad h_t = f(A_t + h_{t-1} U)
#
# 一次大的乘法比许多次小的快。在 seqkit 里，第一部分叫做单元（cell）的 ``drive``，
# 第二部分叫 ``step``，输出层叫 ``readout``。

A = X @ W + b  # (3, 2)：所有时间步
h, again = h_0, []
for drive in A:
    h = relu(drive + h @ U)
    again.append(h)

assert np.array_equal(again, H)
print("drive of all steps:", A.tolist())

# %%
# 一批序列
# --------
# 同一批次里的序列互不相干。每一行都像单独一行那样用同样的权重计算，
# 状态中每个序列占一行：输入是 ``(batch, T, D)``，状态是 ``(batch, T, N)``。
#
# .. math:: H_t = f(X_t W + H_{t-1} U + b), \qquad H_t \text{ of shape } (B, N)
#
# 下面第二个序列是把第一个倒过来。它的状态不同：循环神经网络看得出顺序。

batch = np.stack([X, X[::-1]])  # (2, 3, 2)
H_t = np.zeros((2, 2), int)
for t in range(3):
    H_t = relu(batch[:, t] @ W + H_t @ U + b)
layer = model.layers[0]
found = layer(batch.astype("float32"))

np.testing.assert_array_equal(found[:, -1], H_t)
assert H_t[0].tolist() == [0, 4]
print("last states of the two rows:", H_t.tolist())

# %%
# 其他激活函数
# ------------
# 常用的激活函数是 tanh，也是 Keras 的默认值，它把每个状态限制在 −1 和 1 之间。
# 改变的只有函数 :math:`f`：
#
# .. math:: h_t = \tanh(x_t W + h_{t-1} U + b), \qquad
#           \tanh(a) = \frac{e^{a} - e^{-a}}{e^{a} + e^{-a}}
#
# 第一步现在是 :math:`\tanh(2) = 0.9640` 和 :math:`\tanh(-1) = -0.7616`。

h, states = np.zeros(2), []
for x in X:
    h = np.tanh(x @ W + h @ U + b)
    states.append(h)
tanh_layer = SimpleRNN(2, return_sequences=True)
tanh_layer.build((None, None, 2))
tanh_layer.set_weights([W, U, b])

np.testing.assert_allclose(tanh_layer(X[None])[0], states, atol=1e-6)
np.testing.assert_allclose(states[0], [0.9640, -0.7616], atol=1e-4)
print("states with tanh:", np.round(states, 4).tolist())

# %%
# 分类：softmax 与交叉熵
# ----------------------
# 如果输出是 :math:`M` 个类别之一，输出层就有 :math:`M` 个数，softmax 把它们变成概率。
# 损失是正确类别的概率的负对数：
#
# .. math:: p_k = \frac{e^{y_k}}{\sum_j e^{y_j}}, \qquad L = -\log p_{\text{right}}
#
# 输出 :math:`\log 1, \log 2, \log 5` 是为笔算准备的：它们的指数是 1、2、5，和为 8，
# 所以概率是 1/8、2/8、5/8。如果第二个类别正确，
# 损失就是 :math:`-\log \frac14 = \log 4 = 1.386`。

y = np.log([1.0, 2.0, 5.0])
p = np.exp(y) / np.sum(np.exp(y))
L = -np.log(p[1])
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
of_keras = float(cross_entropy(np.array([1]), y[None]))

np.testing.assert_allclose(p, [1 / 8, 2 / 8, 5 / 8])
np.testing.assert_allclose([L, of_keras], np.log(4), atol=1e-6)
print("probabilities:", p, " loss:", round(L, 4), " Keras:", round(of_keras, 4))

# %%
# 试一试
# ------
# 再来第四步，输入为 :math:`x_4 = (2, 0)`。
# 先算出 :math:`a_4`、:math:`h_4` 和 :math:`y_4`，
# 再往下读。
#
# :math:`x_4 W = (2, -2)`；
# :math:`h_3 U = 0 \cdot (1, 1) + 4 \cdot (-2, 0) = (-8, 0)`；
# :math:`a_4 = (2, -2) + (-8, 0) + (1, 0) = (-5, -2)`。两个单元都关闭：
# :math:`h_4 = (0, 0)`，:math:`y_4 = 0 - 0 + 1 = 1`。

a_4 = np.array([2, 0]) @ W + H[-1] @ U + b
h_4 = relu(a_4)
y_4 = h_4 @ V + c

assert [a_4.tolist(), h_4.tolist(), y_4.tolist()] == [[-5, -2], [0, 0], [1]]
print("a_4 =", a_4, " h_4 =", h_4, " y_4 =", y_4)

# %%
# 要点
# ----
# - 一步是 :math:`h_t = f(x_t W + h_{t-1} U + b)`；输出是 :math:`y_t = h_t V + c`。
# - 除了 :math:`h_{t-1} U` 和 :math:`f`，其余都可以对所有时间步一次算完。
# - 批次中的各行用同样的权重各自独立地计算。
#
# 这些方程出自 J. L. Elman, "Finding structure in time", Cognitive Science 14, 1990。
